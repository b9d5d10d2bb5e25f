-- Amounts are twelfths with many decimals; a sum adds them in millionths, as the manual of the engine says.
-- Accounts with invoices, answers and tickets, each aggregated alone so that none multiplies another. As of 2025-11-21.
with invoices as (
    select account_id, count(*) as n, sum(round(amount::decimal(38, 18), 6))::double as amount, max(invoice_date::date) as last
    from read_csv($data || '/invoices.csv', all_varchar = true) where invoice_date::date <= date '2025-11-21' group by all
),
answers as (
    select account_id, count(*) as n, avg(score::double) as score, max(survey_date::date) as last
    from read_csv($data || '/nps.csv', all_varchar = true) where survey_date::date <= date '2025-11-21' group by all
),
tickets as (
    select account_id, count(*) as n,
        count(*) filter (resolved_at is null or resolved_at::timestamp::date > date '2025-11-21') as unresolved,
        count(*) filter (priority in ('high', 'urgent', 'critical')) as severe
    from read_csv($data || '/support_tickets.csv', all_varchar = true)
    where created_at::timestamp::date <= date '2025-11-21' group by all
)
select a.account_id as customer_id, a.account_name as name,
    coalesce(i.n, 0) as f_invoice_count, coalesce(i.amount, 0) as f_invoiced, i.last as f_last_invoice,
    coalesce(i.amount, 0) as f_open_balance,
    coalesce(n.n, 0) as f_answer_count, n.score as f_nps_mean, n.last as f_last_answer,
    coalesce(t.n, 0) as f_complaint_count, coalesce(t.unresolved, 0) as f_complaints_open, coalesce(t.severe, 0) as f_complaints_high
from read_csv($data || '/crm_accounts.csv', all_varchar = true) a
left join invoices i using (account_id) left join answers n using (account_id) left join tickets t using (account_id)
order by 1
