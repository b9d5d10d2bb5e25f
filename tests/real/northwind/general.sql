-- Orders with their lines, straight from the published files. $data: the folder; as of 1998-05-06.
with lines as (
    select OrderID as order_id, sum(UnitPrice::decimal(18, 4) * Quantity::integer * (1 - Discount::decimal(9, 4))) as amount
    from read_csv($data || '/order_details.csv', all_varchar = true) group by all
),
orders as (
    select trim(o.CustomerID) as customer, o.OrderDate::timestamp::date as day, l.amount, o.Freight::double as freight
    from read_csv($data || '/orders.csv', all_varchar = true) o join lines l on l.order_id = o.OrderID
    where o.OrderDate::timestamp::date <= date '1998-05-06'
)
select trim(c.CustomerID) as customer_id, c.CompanyName as name,
    count(o.day) as f_order_count, coalesce(sum(o.amount), 0)::double as f_order_revenue, 0 as f_orders_lost, 0 as f_orders_open,
    min(o.day) as f_first_order, max(o.day) as f_last_order, count(distinct o.day) as f_order_days,
    coalesce(sum(o.amount) filter (o.day > date '1997-05-06'), 0)::double as f_revenue_12m,
    coalesce(sum(o.freight), 0) as f_freight
from read_csv($data || '/customers.csv', all_varchar = true) c left join orders o on o.customer = trim(c.CustomerID)
group by all order by 1
