-- Dishes as orders, from the published file in UTF-8 with a mark. As of 2016-08-31.
with orders as (
    select emp_id as customer, strptime(place_order_time, '%Y/%m/%d %H:%M:%S')::date as day, amounts::double as amount
    from read_csv($data || '/meal_order_detail_utf8bom.csv', all_varchar = true)
)
select customer as customer_id,
    count(*) as f_order_count, sum(amount) as f_order_revenue, 0 as f_orders_lost, 0 as f_orders_open,
    min(day) as f_first_order, max(day) as f_last_order, count(distinct day) as f_order_days, sum(amount) as f_revenue_12m
from orders group by all order by 1
