-- Opportunities as orders, dated by their closing; those without account or closing date do not count. As of 2017-12-31.
with orders as (
    select account as customer, deal_stage as stage, strptime(close_date, $form)::date as day, close_value::double as amount
    from read_csv($data || '/' || $deals, all_varchar = true)
    where account is not null and close_date is not null
)
select a.account as customer_id,
    count(o.day) as f_order_count, coalesce(sum(o.amount) filter (o.stage <> 'Lost'), 0) as f_order_revenue,
    count(*) filter (o.stage = 'Lost') as f_orders_lost, count(*) filter (o.stage in ('Engaging', 'Prospecting')) as f_orders_open,
    min(o.day) as f_first_order, max(o.day) as f_last_order, count(distinct o.day) as f_order_days,
    coalesce(sum(o.amount) filter (o.day > date '2016-12-31'), 0) as f_revenue_12m
from read_csv($data || '/accounts.csv', all_varchar = true) a left join orders o on o.customer = a.account
group by all order by 1
