-- The features and scores of the pack `northwind`, computed from the raw files alone (DuckDB).
-- One row per customer: f_<feature>, r_<rule> (points x 10000, null when not scored), a_<rule> (applicable; only
-- where the rule says when), d_<dimension> (x 10000), g_<gate>, composite (x 10000), coverage, tier.
-- $data is the folder `northwind`. Money is summed as exact decimals.
create or replace macro points(x) as cast(floor(x * 10000 + 0.5) as bigint);
create or replace macro half_up(n, d) as (2 * n + d) // (2 * d);
-- logarithms are kept to 30 significant bits, about nine digits
create or replace macro ln30(x) as ln(x) * 8388609.0::double - (ln(x) * 8388609.0::double - ln(x));

create or replace temp table customers as
select trim("CustomerID") as customer_id, nullif(trim("CompanyName"), '') as name, nullif(trim("ContactTitle"), '') as contact_title,
  nullif(trim("City"), '') as city, nullif(trim("Region"), '') as region, nullif(trim("PostalCode"), '') as postal_code,
  nullif(trim("Country"), '') as country, nullif(trim("Phone"), '') as phone, nullif(trim("Fax"), '') as fax
from read_csv($data || '/customers.csv', all_varchar = true, header = true);

create or replace temp table orders as
select "OrderID" as order_id, "CustomerID" as customer_id, cast(left("OrderDate", 10) as date) as order_date,
  cast(left("RequiredDate", 10) as date) as required_date, cast(left(nullif("ShippedDate", ''), 10) as date) as shipped_date,
  cast("Freight" as decimal(12, 4)) as freight
from read_csv($data || '/orders.csv', all_varchar = true, header = true);

create or replace temp table lines as
select o.customer_id, o.order_date, d."ProductID" as product_id, c."CategoryName" as category,
  cast(d."Quantity" as double) as quantity,
  cast(d."UnitPrice" as decimal(12, 4)) * cast(d."Quantity" as decimal(8, 0)) as list_value,
  cast(d."UnitPrice" as decimal(12, 4)) * cast(d."Quantity" as decimal(8, 0)) * (1 - cast(d."Discount" as decimal(4, 2))) as value
from read_csv($data || '/order_details.csv', all_varchar = true, header = true) d
join orders o on o.order_id = d."OrderID"
join read_csv($data || '/products.csv', all_varchar = true, header = true) p on p."ProductID" = d."ProductID"
join read_csv($data || '/categories.csv', all_varchar = true, header = true) c on c."CategoryID" = p."CategoryID";

create or replace temp table features as
with reference as (select date '1998-05-06' as day),
order_facts as (
  select customer_id, count(*) as order_count,
    count(*) filter (order_date > day - interval 12 month) as order_count_12m,
    min(order_date) as first_order_on, max(order_date) as last_order_on,
    count(distinct order_date) as ordering_days,
    count(shipped_date) as shipped_count,
    count(*) filter (shipped_date > required_date) as late_count,
    sum(shipped_date - order_date)::double / count(shipped_date) as mean_days_to_ship,
    cast(sum(freight) filter (order_date > day - interval 12 month) as double)
      / nullif(count(freight) filter (order_date > day - interval 12 month), 0) as mean_freight_12m,
    max({'day': order_date, 'freight': freight}).freight::double as latest_freight
  from orders, reference where order_date <= day group by customer_id
),
gaps as (
  select customer_id, median(days)::double as median_order_gap from (
    select customer_id, order_date - lag(order_date) over (partition by customer_id order by order_date) as days
    from (select distinct customer_id, order_date from orders, reference where order_date <= day)
  ) group by customer_id
),
line_facts as (
  select customer_id,
    cast(sum(value) filter (order_date > day - interval 12 month) as double) as revenue_12m,
    cast(sum(value) filter (order_date > day - interval 24 month) as double) as revenue_24m,
    cast(sum(list_value) filter (order_date > day - interval 12 month) as double) as list_value_12m,
    cast(sum(value) filter (order_date > day - interval 6 month) as double) as revenue_6m,
    cast(sum(value) filter (order_date > day - interval 18 month and order_date <= day - interval 12 month) as double) as revenue_6m_year_before,
    cast(sum(value) filter (order_date > day - interval 12 month and category = 'Beverages') as double) as beverages_12m,
    max(quantity) filter (order_date > day - interval 24 month) as largest_line_24m,
    count(distinct category) filter (order_date > day - interval 12 month) as category_count_12m,
    count(distinct product_id) filter (order_date > day - interval 12 month) as product_count_12m,
    median(quantity) filter (order_date > day - interval 12 month) as median_quantity_12m
  from lines, reference where order_date <= day group by customer_id
),
joined as (
  select c.*,
    coalesce(order_count, 0) as order_count, coalesce(order_count_12m, 0) as order_count_12m, first_order_on, last_order_on,
    coalesce(ordering_days, 0) as ordering_days, coalesce(shipped_count, 0) as shipped_count, coalesce(late_count, 0) as late_count,
    mean_days_to_ship, mean_freight_12m, latest_freight, median_order_gap,
    coalesce(revenue_12m, 0) as revenue_12m, coalesce(revenue_24m, 0) as revenue_24m, coalesce(list_value_12m, 0) as list_value_12m,
    coalesce(revenue_6m, 0) as revenue_6m, coalesce(revenue_6m_year_before, 0) as revenue_6m_year_before,
    coalesce(beverages_12m, 0) as beverages_12m, largest_line_24m, coalesce(category_count_12m, 0) as category_count_12m,
    coalesce(product_count_12m, 0) as product_count_12m, median_quantity_12m,
    (day - last_order_on) as days_since_last_order,
    -- whole months from the first order: a month counts when its day of the month has been reached
    (year(day) - year(first_order_on)) * 12 + month(day) - month(first_order_on)
      - case when dayofmonth(day) < least(dayofmonth(first_order_on), dayofmonth(last_day(day))) then 1 else 0 end as tenure_months
  from customers c cross join reference
  left join order_facts using (customer_id) left join gaps using (customer_id) left join line_facts using (customer_id)
)
select *,
  days_since_last_order / nullif(median_order_gap, 0) as rhythm,
  revenue_12m / nullif(order_count_12m, 0) as average_order_12m,
  1 - revenue_12m / nullif(list_value_12m, 0) as discount_given_12m,
  revenue_6m / nullif(revenue_6m_year_before, 0) as revenue_growth,
  revenue_12m / nullif((select cast(sum(cast(value as decimal(30, 6))) as double) from lines, reference where order_date > day - interval 12 month), 0) as revenue_share_12m,
  rank() over (order by revenue_12m desc) as revenue_rank_12m,
  100.0 * (select count(*) from joined b where b.revenue_12m <= joined.revenue_12m) / (select count(*) from joined) as revenue_percentile_12m,
  1 + (5 * (rank() over (order by revenue_12m) - 1)) // (select count(*) from joined) as revenue_band_12m,
  beverages_12m / nullif(revenue_12m, 0) as beverage_share_12m,
  late_count / nullif(shipped_count, 0) as late_share,
  order_count / greatest(tenure_months, 1) as orders_per_month_raw
from joined;

create or replace temp table rules as
select *,
  case when tenure_months is null then null else orders_per_month_raw end as orders_per_month,
  -- basic_info
  10000 * least(100, case when phone is not null then 40 else 0 end + case when postal_code is not null then 30 else 0 end
    + case when fax is not null then 20 else 0 end + case when region is not null then 20 else 0 end) as contact_record,
  10000 * case when contact_title is null then null when contact_title = 'Owner' then 100
    when contains(lower(contact_title), 'manager') then 80
    when contains(lower(contact_title), 'sales') or contains(lower(contact_title), 'marketing') then 50 else 30 end as contact_level,
  -- quality
  10000 * case revenue_band_12m when 5 then 100 when 4 then 80 when 3 then 60 when 2 then 40 when 1 then 20 else 0 end as revenue_band,
  points(case when revenue_share_12m <= 0 then 0 when revenue_share_12m <= 0.01 then 0 + (revenue_share_12m - 0) / 0.01 * 60
    when revenue_share_12m <= 0.04 then 60 + (revenue_share_12m - 0.01) / (0.04 - 0.01) * 40
    when revenue_share_12m > 0.04 then 100 end::double) as share_of_revenue,
  case when revenue_24m <= 100 then 0 else points((case when revenue_24m <= 5000 then (ln30(revenue_24m) - ln30(100)) / (ln(5000) - ln(100)) * 40
    when revenue_24m <= 50000 then 40 + (ln30(revenue_24m) - ln30(5000)) / (ln(50000) - ln(5000)) * 60 else 100 end)::double) end as revenue_level,
  10000 * case when revenue_rank_12m <= 10 then 100 when revenue_percentile_12m >= 50 then 60 else 20 end as place_in_base,
  10000 * case when average_order_12m is null then 20 when average_order_12m <= 300 then 20 when average_order_12m <= 600 then 45
    when average_order_12m <= 1200 then 70 when average_order_12m <= 2400 then 90 else 100 end as order_size,
  10000 * case when discount_given_12m is null then null when discount_given_12m <= 0.02 then 100 when discount_given_12m <= 0.05 then 80
    when discount_given_12m <= 0.1 then 50 when discount_given_12m <= 0.15 then 20 else 0 end as discount_discipline,
  -- stability
  order_count >= 2 as purchase_rhythm_applies,
  10000 * case when order_count < 2 or rhythm is null then null when rhythm <= 1 then 100 when rhythm <= 1.5 then 80 when rhythm <= 2 then 55
    when rhythm <= 3 then 25 else 0 end as purchase_rhythm,
  revenue_6m_year_before > 0 as revenue_retention_applies,
  10000 * case when revenue_growth is null then null when revenue_growth < 0.5 then 5 when revenue_growth < 0.8 then 30
    when revenue_growth < 0.95 then 65 when revenue_growth < 1.1 then 90 else 100 end as revenue_retention,
  10000 * case when days_since_last_order <= 60 then 100 else 30 end as recent_order,
  -- loyalty
  10000 * case when tenure_months is null then 0 when tenure_months <= 6 then 25 when tenure_months <= 12 then 50
    when tenure_months <= 18 then 75 else 100 end as tenure,
  case when tenure_months is null then null else least(1000000, greatest(0, points(100 * orders_per_month_raw))) end as order_frequency,
  10000 * case when ordering_days >= 10 then 100 when ordering_days >= 5 then 75 when ordering_days >= 2 then 40 when ordering_days = 1 then 10 else 0 end as repeat_purchase,
  -- needs
  10000 * case when category_count_12m <= 0 then 0 when category_count_12m <= 2 then 30 when category_count_12m <= 4 then 60
    when category_count_12m <= 6 then 85 else 100 end as category_breadth,
  points((case when product_count_12m <= 0 then 0 when product_count_12m <= 10 then product_count_12m / 10 * 50
    when product_count_12m <= 35 then 50 + (product_count_12m - 10) / 25 * 50 else 100 end)::double) as product_breadth,
  case when median_quantity_12m is null then 500000 else points((case when median_quantity_12m <= 1 then 0
    when median_quantity_12m <= 10 then (ln30(median_quantity_12m) - ln30(1)) / (ln(10) - ln(1)) * 40
    when median_quantity_12m <= 60 then 40 + (ln30(median_quantity_12m) - ln30(10)) / (ln(60) - ln(10)) * 60 else 100 end)::double) end as line_size,
  10000 * case when largest_line_24m is null then null when largest_line_24m < 20 then 20 when largest_line_24m < 60 then 60 else 100 end as bulk_line,
  order_count_12m > 0 as one_category_applies,
  10000 * case when order_count_12m = 0 or beverage_share_12m is null then null when beverage_share_12m < 0.6 then 100 else 40 end as one_category,
  -- cooperation
  10000 * case when late_share is null then null when late_share <= 0 then 100 when late_share <= 0.05 then 80 when late_share <= 0.15 then 45 else 0 end as late_deliveries,
  points(case when mean_days_to_ship <= 5 then 100 when mean_days_to_ship <= 20 then 100 + (mean_days_to_ship - 5) / 15 * (0 - 100)
    when mean_days_to_ship > 20 then 0 end::double) as handling_time,
  10000 * case when latest_freight / nullif(mean_freight_12m, 0) is null then null when latest_freight / mean_freight_12m < 0.5 then 100
    when latest_freight / mean_freight_12m <= 2 then 80 else 30 end as freight_trend
from features;

create or replace macro part(w, p) as case when p is null then 0 else w * p end;
create or replace macro known(w, p) as case when p is null then 0 else w end;

create or replace temp table dimensions as
select *,
  half_up(part(2, contact_record) + part(1, contact_level), nullif(known(2, contact_record) + known(1, contact_level), 0)) as basic_info,
  half_up(part(3, category_breadth) + part(1, product_breadth) + part(1, line_size) + part(1, bulk_line) + part(1, one_category),
    nullif(known(3, category_breadth) + known(1, product_breadth) + known(1, line_size) + known(1, bulk_line) + known(1, one_category), 0)) as needs,
  half_up(part(4, revenue_band) + part(3, share_of_revenue) + part(2, revenue_level) + part(1, place_in_base) + part(2, order_size) + part(1, discount_discipline),
    nullif(known(4, revenue_band) + known(3, share_of_revenue) + known(2, revenue_level) + known(1, place_in_base) + known(2, order_size) + known(1, discount_discipline), 0)) as quality,
  half_up(part(3, purchase_rhythm) + part(3, revenue_retention) + part(1, recent_order),
    nullif(known(3, purchase_rhythm) + known(3, revenue_retention) + known(1, recent_order), 0)) as stability_before,
  half_up(part(2, tenure) + part(2, order_frequency) + part(1, repeat_purchase),
    nullif(known(2, tenure) + known(2, order_frequency) + known(1, repeat_purchase), 0)) as loyalty,
  half_up(part(2, late_deliveries) + part(1, handling_time) + part(1, freight_trend),
    nullif(known(2, late_deliveries) + known(1, handling_time) + known(1, freight_trend), 0)) as cooperation,
  order_count = 0 as no_orders,
  country is null and city is null and phone is null as test_record,
  coalesce(order_count >= 3 and days_since_last_order > 3 * median_order_gap and days_since_last_order > 90, false) as lapsed
from rules;

-- weight of the rules that could be scored, over that of those that apply, a dimension (in millionths, cut) and over all
create or replace macro one(x) as case when x is null then 0 else 1 end;
create or replace temp table coverages as
select customer_id, (2 * covered + 100 * 100) // (2 * 100 * 100) as coverage from (
  select customer_id,
    5 * ((2 + one(contact_level)) * 1000000 // 3)
    + 15 * ((4 + one(median_quantity_12m) + one(largest_line_24m) + one(one_category)) * 1000000 // (6 + cast(one_category_applies as integer)))
    + 35 * ((10 + 2 * one(average_order_12m) + one(discount_given_12m)) * 1000000 // 13)
    + 25 * ((3 * one(purchase_rhythm) + 3 * one(revenue_retention) + one(days_since_last_order)) * 1000000
      // (3 * cast(purchase_rhythm_applies as integer) + 3 * cast(revenue_retention_applies as integer) + 1))
    + 15 * ((2 * one(tenure_months) + 2 * one(order_frequency) + 1) * 1000000 // 5)
    + 5 * ((2 * one(late_deliveries) + one(handling_time) + one(freight_trend)) * 1000000 // 4) as covered
  from rules);

create or replace temp table scored as
select *, case when lapsed then least(stability_before, 400000) else stability_before end as stability from dimensions;

create or replace temp table composites as
select *,
  100 * half_up(part(5, basic_info) + part(15, needs) + part(35, quality) + part(25, stability) + part(15, loyalty) + part(5, cooperation),
    100 * nullif(known(5, basic_info) + known(15, needs) + known(35, quality) + known(25, stability) + known(15, loyalty) + known(5, cooperation), 0)) as composite_before
from scored;

select customer_id, name,
  order_count as f_order_count, order_count_12m as f_order_count_12m, first_order_on as f_first_order_on, last_order_on as f_last_order_on,
  days_since_last_order as f_days_since_last_order, median_order_gap as f_median_order_gap, rhythm as f_rhythm, revenue_12m as f_revenue_12m,
  revenue_24m as f_revenue_24m, list_value_12m as f_list_value_12m, average_order_12m as f_average_order_12m,
  discount_given_12m as f_discount_given_12m, largest_line_24m as f_largest_line_24m, revenue_share_12m as f_revenue_share_12m,
  revenue_rank_12m as f_revenue_rank_12m, revenue_percentile_12m as f_revenue_percentile_12m, revenue_band_12m as f_revenue_band_12m,
  revenue_6m as f_revenue_6m, revenue_6m_year_before as f_revenue_6m_year_before, revenue_growth as f_revenue_growth,
  latest_freight as f_latest_freight, tenure_months as f_tenure_months, ordering_days as f_ordering_days, orders_per_month as f_orders_per_month,
  category_count_12m as f_category_count_12m, product_count_12m as f_product_count_12m, median_quantity_12m as f_median_quantity_12m,
  beverage_share_12m as f_beverage_share_12m, shipped_count as f_shipped_count, late_count as f_late_count, late_share as f_late_share,
  mean_days_to_ship as f_mean_days_to_ship, mean_freight_12m as f_mean_freight_12m,
  contact_record as "r_contact-record", contact_level as "r_contact-level", revenue_band as "r_revenue-band",
  share_of_revenue as "r_share-of-revenue", revenue_level as "r_revenue-level", place_in_base as "r_place-in-base", order_size as "r_order-size", discount_discipline as "r_discount-discipline",
  purchase_rhythm as "r_purchase-rhythm", purchase_rhythm_applies as "a_purchase-rhythm",
  revenue_retention as "r_revenue-retention", revenue_retention_applies as "a_revenue-retention", recent_order as "r_recent-order",
  tenure as "r_tenure", order_frequency as "r_order-frequency", repeat_purchase as "r_repeat-purchase",
  category_breadth as "r_category-breadth", product_breadth as "r_product-breadth", line_size as "r_line-size", bulk_line as "r_bulk-line", one_category as "r_one-category", one_category_applies as "a_one-category",
  late_deliveries as "r_late-deliveries", handling_time as "r_handling-time", freight_trend as "r_freight-trend",
  basic_info as d_basic_info, needs as d_needs, quality as d_quality, stability as d_stability, loyalty as d_loyalty, cooperation as d_cooperation,
  no_orders as "g_no-orders", test_record as "g_test-record", lapsed as "g_lapsed",
  case when test_record then least(composite_before, 200000) else composite_before end as composite, coverage,
  case when no_orders then 'ordinary'
    when coverage < 5000 and (case when test_record then least(composite_before, 200000) else composite_before end) >= 650000 then 'important'
    when (case when test_record then least(composite_before, 200000) else composite_before end) >= 850000 and stability >= 600000 and revenue_band_12m = 5 then 'strategic'
    when (case when test_record then least(composite_before, 200000) else composite_before end) >= 650000 then 'important'
    else 'ordinary' end as tier
from composites join coverages using (customer_id) order by customer_id;
