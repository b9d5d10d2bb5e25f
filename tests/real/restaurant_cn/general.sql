-- Orders of the restaurant from the published file, which is GBK. As of 2016-08-31.
with orders as (
    select emp_id as customer, strptime(use_start_time, '%Y/%m/%d %H:%M')::date as day, expenditure::double as amount
    from read_csv($data || '/' || $utf8, all_varchar = true)
)
select customer as customer_id,
    count(*) as f_order_count, sum(amount) as f_order_revenue, 0 as f_orders_lost, 0 as f_orders_open,
    min(day) as f_first_order, max(day) as f_last_order, count(distinct day) as f_order_days, sum(amount) as f_revenue_12m
from orders group by all order by 1
