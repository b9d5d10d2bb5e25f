-- Accounts with subscriptions and tickets, each aggregated alone. As of 2024-12-31.
with contracts as (
    select account_id, count(*) as n, min(start_date::date) as first,
        count(*) filter (end_date is null or end_date::date > date '2024-12-31') as running,
        sum(arr_amount::double) filter (end_date is null or end_date::date > date '2024-12-31') as amount
    from read_csv($data || '/ravenstack_subscriptions.csv', all_varchar = true)
    where start_date::date <= date '2024-12-31' group by all
),
tickets as (
    select account_id, count(*) as n,
        count(*) filter (closed_at is null or split_part(closed_at, ' ', 1)::date > date '2024-12-31') as unresolved,
        count(*) filter (priority in ('high', 'urgent')) as severe
    from read_csv($data || '/ravenstack_support_tickets.csv', all_varchar = true)
    where split_part(submitted_at, ' ', 1)::date <= date '2024-12-31' group by all
)
select a.account_id as customer_id, a.account_name as name,
    coalesce(c.n, 0) as f_contract_count, c.first as f_first_contract, coalesce(c.running, 0) as f_contracts_running,
    coalesce(c.amount, 0) as f_contract_amount,
    coalesce(t.n, 0) as f_complaint_count, coalesce(t.unresolved, 0) as f_complaints_open, coalesce(t.severe, 0) as f_complaints_high
from read_csv($data || '/ravenstack_accounts.csv', all_varchar = true) a
left join contracts c using (account_id) left join tickets t using (account_id)
order by 1
