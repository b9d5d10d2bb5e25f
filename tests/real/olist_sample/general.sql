-- Orders and reviews of persons, joined through the id of the order. As of 2018-10-31.
with items as (
    select order_id, sum(price::decimal(18, 4)) as amount, sum(freight_value::decimal(18, 4)) as freight
    from read_csv($data || '/olist_order_items_dataset.csv', all_varchar = true) group by all
),
orders as (
    select c.customer_unique_id as person, o.order_id, o.order_status as status, o.order_purchase_timestamp::timestamp::date as day,
        i.amount, i.freight
    from read_csv($data || '/olist_orders_dataset.csv', all_varchar = true) o
    join read_csv($data || '/olist_customers_dataset.csv', all_varchar = true) c using (customer_id)
    left join items i using (order_id)
),
bought as (
    select person, count(*) as n, min(day) as first, max(day) as last, count(distinct day) as days,
        count(*) filter (status in ('canceled', 'unavailable')) as lost,
        count(*) filter (status in ('created', 'approved', 'processing', 'shipped', 'invoiced')) as unfinished,
        count(amount) filter (status not in ('canceled', 'unavailable')) as known,
        count(*) filter (status not in ('canceled', 'unavailable')) as kept,
        sum(amount) filter (status not in ('canceled', 'unavailable')) as amount, sum(freight) as freight, count(freight) as freights
    from orders where day <= date '2018-10-31' group by all
),
answers as (
    select o.person, count(*) as n, avg(r.review_score::double) as score, max(r.review_creation_date::timestamp::date) as last
    from read_csv($data || '/olist_order_reviews_dataset.csv', all_varchar = true) r join orders o using (order_id)
    where r.review_creation_date::timestamp::date <= date '2018-10-31' group by all
)
select p.person as customer_id,
    coalesce(b.n, 0) as f_order_count, b.first as f_first_order, b.last as f_last_order, coalesce(b.days, 0) as f_order_days,
    coalesce(b.lost, 0) as f_orders_lost, coalesce(b.unfinished, 0) as f_orders_open,
    -- a sum over orders of which none has a known amount is not known, and 0 where there are no such orders
    (case when coalesce(b.kept, 0) > 0 and b.known = 0 then null else coalesce(b.amount, 0) end)::double as f_order_revenue,
    (case when coalesce(b.n, 0) > 0 and b.freights = 0 then null else coalesce(b.freight, 0) end)::double as f_freight,
    coalesce(a.n, 0) as f_answer_count, a.score as f_csat_mean, a.last as f_last_answer
from (select distinct person from orders) p left join bought b using (person) left join answers a using (person)
order by 1
