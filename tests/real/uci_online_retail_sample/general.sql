-- Lines as orders; lines without a customer do not count; 17850.0 is customer 17850. As of 2010-12-06.
with orders as (
    select regexp_replace(trim(customer_id), '\.0$', '') as customer, invoice_date::timestamp::date as day, total_linea::double as amount
    from read_csv($data || '/online_retail_sample.csv', all_varchar = true)
    where nullif(trim(customer_id), '') is not null
)
select customer as customer_id,
    count(*) filter (day <= date '2010-12-06') as f_order_count,
    coalesce(sum(amount) filter (day <= date '2010-12-06'), 0) as f_order_revenue,
    min(day) filter (day <= date '2010-12-06') as f_first_order, max(day) filter (day <= date '2010-12-06') as f_last_order,
    count(distinct day) filter (day <= date '2010-12-06') as f_order_days
from orders group by all order by 1
