"""Each index is there for somebody: the function that reads it is named here, and a new index has to name its own."""

import pytest
from django.db.models import Model
from django.utils.module_loading import import_string

from tests.bench.test_indexes import list_models

LIST = "orders.desk.list.selectors"
SEARCH = "orders.desk.search.lookups.LOOKUPS"
READERS = {
    "alert_of_order": "notifications.services.settle_alerts",
    "alert_open": "notifications.selectors.find_open_alerts",
    "attempt_unheard": "orders.payments.selectors.list_stuck_attempts",
    "attempt_query_due": "orders.payments.selectors.list_due_to_query",
    "balance_entry_by_customer": "orders.desk.customers.selectors.make_customer_page",
    "blind_by_nickname": SEARCH,
    "blind_by_phone": SEARCH,
    "blind_by_phone4": SEARCH,
    "blind_by_recipient": SEARCH,
    "blind_by_surname": SEARCH,
    "customer_blocked": "orders.desk.customers.selectors.find_customers",
    "customer_by_last_digits": "shop.customers.selectors.list_customers",
    "customer_by_nickname": "shop.customers.selectors.list_customers",
    "customer_by_phone": "shop.customers.selectors.list_customers",
    "customer_by_spent": "orders.desk.customers.selectors.find_spenders",
    "customer_to_erase": "shop.customers.erasure.list_due_to_erase",
    "customer_with_remark": "orders.desk.customers.selectors.find_customers",
    "delivery_dead": "shop.events.dead_letters.list_dead_letters",
    "delivery_open": "shop.events.delivery.deliver_batch",
    "event_beside_orders": "orders.desk.audit.selectors.list_events",
    "event_by_staff": "orders.desk.audit.selectors.list_events",
    "event_by_time": "shop.events.selectors.find_last_id_before",
    "event_of_order_part": "shop.events.models.AppendOnly.of_order",
    "export_at_work": "orders.exports.selectors.list_due_to_resume",
    "export_by_maker": "orders.exports.selectors.list_exports",
    "export_with_file": "orders.exports.selectors.list_unfetched",
    "export_schedule_active_of": "orders.exports.selectors.list_active_schedules",
    "export_schedule_due": "orders.exports.selectors.list_due_to_repeat",
    "job_by_maker": "shop.jobs.selectors.list_jobs",
    "job_upload_by_kind": "shop.jobs.selectors.list_uploads",
    "job_open": "shop.jobs.selectors.list_due_to_resume",
    "job_row_fate": "shop.jobs.sheets.selectors.count_fates",
    "job_row_unit": "shop.jobs.running.run_slice",
    "job_to_forget": "shop.jobs.selectors.list_due_to_forget",
    "job_row_failed": "shop.jobs.services.repeat_failed",
    "job_row_waiting": "shop.jobs.running.run_slice",
    "line_by_sku": "orders.search.newest_orders_of",
    "movement_by_sku": "shop.catalog.selectors.list_movements",
    "notice_refused": "shop.callbacks.selectors.list_old_refused",
    "order_by_aftersale": f"{LIST}.narrow",
    "order_by_bundle": "orders.companions.list_companions",
    "order_by_closed": f"{LIST}.narrow",
    "order_by_customer": "orders.desk.customers.selectors.sum_spending",
    "order_by_delivery": f"{LIST}.narrow",
    "order_by_destination": "orders.companions.map_together",
    "order_by_other_source": f"{LIST}.narrow",
    "order_by_paid": f"{LIST}.narrow",
    "order_by_pay_method": f"{LIST}.narrow",
    "order_by_payable": f"{LIST}.narrow",
    "verification_by_store": "pickup.pages.records.RecordFilters.find",
    "verification_by_verifier": "pickup.pages.records.RecordFilters.find",
    "verification_by_day": "pickup.pages.records.RecordFilters.find",
    "waiting_by_due": "pickup.uncollected.selectors.list_uncollected",
    "waiting_to_note": "pickup.uncollected.selectors.list_to_note",
    "verification_undone": "pickup.pages.records.RecordFilters.find",
    "order_by_pickup_store": f"{LIST}.narrow",
    "order_by_pickup_slot": "orders.services.slots.count_taken",
    "order_by_placed": f"{LIST}.narrow",
    "order_by_received": f"{LIST}.narrow",
    "order_by_shipped": f"{LIST}.narrow",
    "order_by_stage": f"{LIST}.get_page",
    "order_not_printed": f"{LIST}.narrow",
    "order_cod_owed": "orders.desk.cod.owed.list_owed",
    "movement_of_return": "orders.shipping.invariants.returned_pieces_are_in_movements",
    "order_pay_due": "orders.payments.selectors.list_due_to_cancel",
    "order_receive_due": "orders.selectors.list_due_to_receive",
    "order_warn_due": "orders.selectors.list_due_to_warn",
    "order_release_due": "orders.selectors.list_due_to_release",
    "order_test": "orders.selectors.list_due_to_remove",
    "order_ship_due": "orders.desk.list.counts.count_tabs",
    "order_supplement_due": "orders.payments.selectors.list_unpaid_supplements",
    "order_short": "orders.selectors.list_due_to_restock",
    "order_transfer_to_check": "orders.desk.list.counts.count_tabs",
    "order_unsent_due": "orders.payments.selectors.list_unsent",
    "order_with_remark": f"{LIST}.narrow",
    "parcel_former_number": SEARCH,
    "parcel_undone_by_tracking_no": SEARCH,
    "loose_file_due": "shop.files.loose.list_due_loose",
    "picture_of_staff": "shop.files.selectors.list_unused",
    "produced_file_expires": "shop.files.selectors.list_expired",
    "picture_of_customer": "shop.files.selectors.list_unused",
    "order_unpaid_of": "orders.services.place.place_new_order",
    "packing_done_by": "orders.packing.selectors.count_packed_by",
    "payment_at_counter": "pickup.cash.selectors.list_sheets",
    "payment_by_reference": SEARCH,
    "picture_to_look_at": "shop.files.selectors.list_to_look_at",
    "product_on_sale": "shop.catalog.selectors.list_products",
    "payment_by_method": "orders.desk.refunds.shelves.narrow",
    "refund_by_amount": "orders.desk.refunds.shelves.narrow",
    "refund_by_cause": "orders.desk.refunds.shelves.narrow",
    "refund_by_created": "orders.desk.refunds.shelves.narrow",
    "refund_by_decider": "orders.desk.refunds.shelves.narrow",
    "refund_of_case": "orders.desk.refunds.shelves.narrow",
    "refund_by_finished": f"{LIST}.narrow",
    "refund_by_gateway_id": SEARCH,
    "refund_by_reference": SEARCH,
    "refund_by_state": "orders.desk.list.counts.count_tabs",
    "refund_due": "orders.payments.selectors.list_due_refunds",
    "refund_stuck": "orders.desk.home.queues.list_queues",
    "refund_under_way": "orders.payments.selectors.list_stuck_refunds",
    "collection_troubled": "orders.collections.selectors.list_troubled",
    "parcel_of_case": "orders.shipping.returns.taking.take_back",
    "parcel_to_hand_over": "orders.collections.waiting.list_waiting",
    "collection_due": "orders.collections.selectors.list_due",
    "tracking_by_number": "orders.tracking.selectors.find_by_numbers",
    "tracking_due": "orders.tracking.selectors.list_due",
    "tracking_silent": "orders.tracking.selectors.list_silent",
    "tracking_troubled": "orders.tracking.selectors.list_troubled",
    "intercept_open": "orders.shipping.selectors.list_open_intercepts",
    "aftersale_queue": "aftersales.pages.shelves.narrow",
    "aftersale_ours": "aftersales.pages.shelves.narrow",
    "aftersale_by_kind": "aftersales.pages.shelves.narrow",
    "aftersale_by_state": "aftersales.pages.shelves.narrow",
    "aftersale_by_day": "aftersales.pages.shelves.narrow",
    "aftersale_look_due": "aftersales.timers.list_to_look_at",
    "aftersale_disputed": "aftersales.selectors.list_disputed",
    "dispute_look_due": "aftersales.timers.list_disputes_to_look_at",
    "bill_to_fetch": "orders.bills.selectors.list_due",
    "bill_by_day": "orders.desk.money.days.list_days",
    "bill_line_by_payment": "orders.bills.services.missing.find_missing",
    "bill_line_by_refund": "orders.bills.services.missing.find_missing",
    "difference_open": "orders.bills.selectors.list_open",
    "difference_by_state": "orders.desk.money.shelves.narrow",
    "difference_by_day": "orders.bills.selectors.list_of_bill",
    "difference_of_order": "orders.bills.services.ending.follow_order",
    "payment_by_day": "orders.bills.services.missing.find_missing",
    "invoice_asked": "orders.invoices.selectors.list_asked",
    "invoice_to_correct": "orders.invoices.selectors.list_to_correct",
    "invoice_by_state": "orders.desk.invoices.shelves.narrow",
    "invoice_by_day": "orders.desk.invoices.shelves.narrow",
    "invoice_by_number": "orders.desk.invoices.shelves.narrow",
    "notice_due": "orders.notices.selectors.list_due",
    "robot_note_due": "notifications.robots.selectors.list_due",
    "robot_said": "notifications.robots.selectors.list_last",
    "print_due": "orders.printing.selectors.list_due",
    "print_troubled": "orders.printing.selectors.list_troubled",
    "print_of_order": "orders.printing.selectors.list_unsettled",
    "report_due": "orders.wechat_report.selectors.list_due",
    "report_held": "orders.wechat_report.selectors.list_held",
    "report_to_remind": "orders.wechat_report.selectors.list_to_remind",
    "report_troubled": "orders.wechat_report.selectors.list_troubled",
    "wechat_company_by_name": "orders.wechat_report.selectors.find_company",
    "waybill_due": "orders.waybills.selectors.list_due",
    "waybill_of_bundle": "orders.waybills.selectors.find_held",
    "waybill_of_case": "orders.waybills.selectors.find_of_case",
    "waybill_troubled": "orders.waybills.selectors.list_troubled",
}


READERS_OF_COLUMNS = {
    "http.IdempotencyKey.created_at": "shop.http.timers.list_old_answers",
    "staff.StaffSession.expire_date": "django.contrib.sessions.backends.db.SessionStore.clear_expired",
}


def list_names(model: type[Model]) -> set[str]:
    return {index.name for index in model._meta.indexes}


def list_columns(model: type[Model]) -> set[str]:
    """Columns with an index of their own; those of references are read by their other end."""
    plain = [field for field in model._meta.local_fields if not field.is_relation and not field.unique]
    return {f"{model._meta.label}.{field.name}" for field in plain if field.db_index}


def test_every_index_has_a_reader_and_every_reader_an_index() -> None:
    assert set().union(*(list_names(model) for model in list_models())) == set(READERS)
    assert set().union(*(list_columns(model) for model in list_models())) == set(READERS_OF_COLUMNS)


@pytest.mark.parametrize("path", sorted({*READERS.values(), *READERS_OF_COLUMNS.values()}))
def test_the_reader_exists(path: str) -> None:
    owner, _, name = path.rpartition(".")
    if owner[owner.rfind(".") + 1].isupper():
        assert hasattr(import_string(owner), name)
    else:
        import_string(path)
