-- Invoices straight from the published file; its first $rows rows for the shortened copy. As of 2013-06-30.
with invoices as (
    select customerID as customer, strptime(InvoiceDate, '%m/%d/%Y')::date as day, strptime(DueDate, '%m/%d/%Y')::date as due,
        strptime(SettledDate, '%m/%d/%Y')::date as paid, InvoiceAmount::double as amount, Disputed = 'Yes' as disputed
    from (select *, row_number() over () as line from read_csv($data || '/accounts_receivable.csv', all_varchar = true, parallel = false))
    where line <= $rows::integer
),
counted as (select * from invoices where day <= date '2013-06-30')
select c.customer as customer_id,
    count(i.day) as f_invoice_count, coalesce(sum(i.amount), 0) as f_invoiced,
    coalesce(sum(i.amount) filter (i.paid > date '2013-06-30'), 0) as f_open_balance,
    coalesce(sum(i.amount) filter (i.paid > date '2013-06-30' and i.due < date '2013-06-30'), 0) as f_overdue,
    count(*) filter (i.paid > i.due and i.paid <= date '2013-06-30') as f_paid_late,
    count(*) filter (i.disputed) as f_disputes, max(i.day) as f_last_invoice
from (select distinct customer from invoices) c left join counted i using (customer)
group by all order by 1
