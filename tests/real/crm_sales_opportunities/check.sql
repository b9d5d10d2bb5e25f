-- The features and scores of the pack `crm`, computed from the raw files alone (DuckDB); columns as in the other check:
-- f_<feature>, r_<rule>, d_<dimension>, g_<gate>, composite (points x 10000), tier. $data is the folder, $deals the file.
create or replace macro points(x) as cast(floor(x * 10000 + 0.5) as bigint);
create or replace macro half_up(n, d) as (2 * n + d) // (2 * d);
create or replace macro ln30(x) as ln(x) * 8388609.0::double - (ln(x) * 8388609.0::double - ln(x));

create or replace temp table accounts as
select account as customer_id, case sector when 'technolgy' then 'technology' else sector end as sector,
  cast(year_established as integer) as year_established, cast(revenue as double) as revenue_musd, cast(employees as integer) as employees,
  nullif(trim(subsidiary_of), '') as parent
from read_csv($data || '/accounts.csv', all_varchar = true, header = true);

create or replace temp table opportunities as
select nullif(account, '') as customer_id, sales_agent, case product when 'GTXPro' then 'GTX Pro' else product end as product, lower(deal_stage) as stage,
  coalesce(try_strptime(engage_date, '%Y-%m-%d'), try_strptime(engage_date, '%d-%m-%Y'))::date as engage_date,
  coalesce(try_strptime(close_date, '%Y-%m-%d'), try_strptime(close_date, '%d-%m-%Y'))::date as close_date,
  cast(nullif(close_value, '') as decimal(12, 2)) as value
from read_csv($data || '/' || $deals, all_varchar = true, header = true);

create or replace temp table features as
with reference as (select date '2017-12-31' as day),
won as (select o.* from opportunities o, reference where stage = 'won' and customer_id is not null and close_date <= day),
won_facts as (
  select customer_id, count(*) as won_count,
    sum(value) filter (close_date > day - interval 12 month)::double as revenue_12m,
    sum(value)::double / count(value) as average_deal, max(value)::double as largest_deal, stddev_samp(value::double) as deal_spread,
    max(close_date) as last_win_on,
    sum(value) filter (close_date > day - interval 6 month)::double as revenue_6m,
    sum(value) filter (close_date > day - interval 12 month and close_date <= day - interval 6 month)::double as revenue_6m_before,
    count(*) filter (close_date > day - interval 90 day) as wins_90d,
    count(distinct product) as product_count, sum(value) filter (product = 'GTX Pro')::double as pro_value,
    median(close_date - engage_date)::double as median_cycle_days, count(distinct sales_agent) as agent_count
  from won, reference group by customer_id
),
lost_facts as (select customer_id, count(*) as lost_count from opportunities, reference where stage = 'lost' and close_date <= day group by customer_id),
open_facts as (
  select customer_id, count(*) filter (stage in ('prospecting', 'engaging')) as open_count,
    count(distinct product) filter (stage = 'engaging') as open_product_count
  from opportunities where customer_id is not null group by customer_id
),
gaps as (
  select customer_id, median(days)::double as win_gap from (
    select customer_id, close_date - lag(close_date) over (partition by customer_id order by close_date) as days
    from (select distinct customer_id, close_date from won)
  ) group by customer_id
),
joined as (
  select a.*, coalesce(won_count, 0) as won_count, coalesce(lost_count, 0) as lost_count, coalesce(revenue_12m, 0) as revenue_12m,
    average_deal, largest_deal, deal_spread, last_win_on, (day - last_win_on) as days_since_last_win, win_gap,
    coalesce(revenue_6m, 0) as revenue_6m, coalesce(revenue_6m_before, 0) as revenue_6m_before, coalesce(wins_90d, 0) as wins_90d,
    coalesce(product_count, 0) as product_count, coalesce(pro_value, 0) as pro_value, median_cycle_days, coalesce(agent_count, 0) as agent_count,
    coalesce(open_count, 0) as open_count, coalesce(open_product_count, 0) as open_product_count,
    year(day) - year_established as company_age, revenue_musd * 1000 / nullif(employees, 0) as revenue_per_head
  from accounts a cross join reference
  left join won_facts using (customer_id) left join lost_facts using (customer_id)
  left join open_facts using (customer_id) left join gaps using (customer_id)
)
select *, won_count / nullif(won_count + lost_count, 0) as win_rate,
  (won_count + 0.63::double * 20) / (won_count + lost_count + 20) as expected_win_rate,
  revenue_12m / (select sum(revenue_12m) from joined) as revenue_share,
  rank() over (order by revenue_12m desc) as revenue_rank,
  100.0 * (select count(*) from joined b where b.revenue_12m <= joined.revenue_12m)::double / (select count(*) from joined) as revenue_percentile,
  revenue_6m / nullif(revenue_6m_before, 0) as half_on_half, pro_value / nullif(revenue_12m, 0) as pro_share
from joined;

create or replace temp table rules as
select *,
  10000 * case when revenue_per_head < 350 then 0 when revenue_per_head < 600 then 5 else 10 end as productivity,
  10000 * case when employees >= 5000 or revenue_musd >= 3000 then 40 when employees >= 1000 then 30 when employees >= 200 then 18 else 6 end as size_class,
  10000 * case when sector in ('technology', 'software', 'telecommunications') then 25 when sector in ('medical', 'finance') then 20
    when sector = 'retail' then 15 else 10 end as sector_points,
  10000 * case when company_age < 5 then 5 when company_age <= 15 then 15 else 25 end as company_age_points,
  10000 * case when revenue_percentile < 25 then 20 when revenue_percentile < 50 then 45 when revenue_percentile < 75 then 65
    when revenue_percentile < 90 then 85 else 100 end as percentile_points,
  points((case when expected_win_rate <= 0.5 then 0 when expected_win_rate <= 0.63 then (expected_win_rate - 0.5) / (0.63 - 0.5)::double * 55
    when expected_win_rate <= 0.7 then 55 + (expected_win_rate - 0.63) / (0.7::double - 0.63::double) * 45 else 100 end)::double) as win_rate_points,
  case when average_deal is null then null else points((case when average_deal <= 500 then 0
    when average_deal <= 4000 then (ln30(average_deal) - ln30(500)) / (ln(4000) - ln(500)) * 100 else 100 end)::double) end as average_deal_points,
  win_rate > 0 as win_rate_applies,
  10000 * case when largest_deal > 4 * average_deal then 20 when deal_spread / average_deal <= 0.9 then 100 else 60 end as evenness,
  10000 * case when revenue_rank <= 10 then 100 when revenue_share >= 0.01 then 70 else 30 end as place_in_base,
  10000 * case when win_gap is null then null when days_since_last_win / greatest(win_gap, 1) <= 2 then 100
    when days_since_last_win / greatest(win_gap, 1) <= 4 then 75 when days_since_last_win / greatest(win_gap, 1) <= 8 then 45 else 10 end as rhythm_points,
  10000 * case when half_on_half is null then null when half_on_half < 0.6 then 10 when half_on_half < 0.9 then 45 when half_on_half <= 1.2 then 75 else 100 end as half_points,
  10000 * least(100, 8 * wins_90d) as wins_points,
  10000 * case when open_count <= 0 then 0 when open_count <= 4 then 40 when open_count <= 8 then 70 else 100 end as pipeline_points,
  10000 * case product_count when 7 then 100 when 6 then 85 when 5 then 60 when 4 then 40 else 20 end as breadth_points,
  case when pro_share is null then null else points((case when pro_share <= 0 then 20 when pro_share <= 0.5 then 20 + pro_share / 0.5 * 80 else 100 end)::double) end as premium_points,
  10000 * case when median_cycle_days is null then null when median_cycle_days <= 20 then 100 when median_cycle_days <= 45 then 80 when median_cycle_days <= 70 then 55 else 30 end as cycle_points,
  10000 * least(100, 18 * open_product_count) as open_breadth,
  10000 * case when agent_count <= 8 then 70 else 95 end as agents,
  10000 * case when parent is null then 90 else 60 end as decision_points
from features;

create or replace macro part(w, p) as case when p is null then 0 else w * p end;
create or replace macro known(w, p) as case when p is null then 0 else w end;

create or replace temp table dimensions as
select *,
  least(1000000, greatest(0, 100000 + part(1, productivity) + part(1, size_class) + part(1, sector_points) + part(1, company_age_points))) as basic_info,
  half_up(part(2, pipeline_points) + part(1, breadth_points) + part(1, premium_points) + part(1, open_breadth),
    nullif(known(2, pipeline_points) + known(1, breadth_points) + known(1, premium_points) + known(1, open_breadth), 0)) as needs,
  half_up(part(4, percentile_points) + part(3, win_rate_points) + part(2, average_deal_points) + part(1, evenness) + part(1, place_in_base),
    nullif(known(4, percentile_points) + known(3, win_rate_points) + known(2, average_deal_points) + known(1, evenness) + known(1, place_in_base), 0)) as quality,
  half_up(part(2, rhythm_points) + part(3, half_points) + part(1, wins_points),
    nullif(known(2, rhythm_points) + known(3, half_points) + known(1, wins_points), 0)) as stability_before,
  least(cycle_points, decision_points, agents) as cooperation,
  coalesce(days_since_last_win > 21, false) as no_recent_win,
  coalesce(half_on_half < 0.6, false) as shrinking_half
from rules;

create or replace temp table scored as
select *, case when shrinking_half then least(stability_before, 500000) else stability_before end as stability from dimensions;

create or replace temp table composites as
select *, 100 * half_up(part(10, basic_info) + part(15, needs) + part(35, quality) + part(25, stability) + part(15, cooperation),
    100 * nullif(known(10, basic_info) + known(15, needs) + known(35, quality) + known(25, stability) + known(15, cooperation), 0)) as composite
from scored;

select customer_id,
  company_age as f_company_age, revenue_per_head as f_revenue_per_head, won_count as f_won_count, lost_count as f_lost_count, win_rate as f_win_rate,
  expected_win_rate as f_expected_win_rate, revenue_12m as f_revenue_12m, average_deal as f_average_deal, largest_deal as f_largest_deal,
  deal_spread as f_deal_spread, revenue_share as f_revenue_share, revenue_rank as f_revenue_rank, revenue_percentile as f_revenue_percentile,
  last_win_on as f_last_win_on, days_since_last_win as f_days_since_last_win, win_gap as f_win_gap, revenue_6m as f_revenue_6m,
  revenue_6m_before as f_revenue_6m_before, half_on_half as f_half_on_half, wins_90d as f_wins_90d, open_count as f_open_count,
  product_count as f_product_count, open_product_count as f_open_product_count, pro_share as f_pro_share,
  median_cycle_days as f_median_cycle_days, agent_count as f_agent_count,
  productivity as "r_productivity", size_class as "r_size-class", sector_points as "r_sector", company_age_points as "r_company-age", percentile_points as "r_revenue-percentile",
  win_rate_points as "r_win-rate", win_rate_applies as "a_win-rate", evenness as r_evenness, place_in_base as "r_place-in-base", average_deal_points as "r_average-deal", rhythm_points as "r_win-rhythm", half_points as "r_half-on-half",
  wins_points as "r_quarter-end", pipeline_points as "r_open-pipeline", breadth_points as "r_product-breadth", premium_points as "r_premium-share", open_breadth as "r_open-breadth", agents as r_agents,
  cycle_points as "r_sales-cycle", decision_points as "r_decision-place",
  basic_info as d_basic_info, needs as d_needs, quality as d_quality, stability as d_stability, cooperation as d_cooperation,
  no_recent_win as "g_no-recent-win", shrinking_half as "g_shrinking-half", composite,
  -- every account has won and lost, and its record is full: nothing is missing
  10000 as coverage,
  case when no_recent_win then 'ordinary' when composite >= 800000 and revenue_percentile >= 80 then 'strategic'
    when composite >= 680000 then 'important' else 'ordinary' end as tier
from composites order by customer_id;
