"""What must hold of the expanded template. Each check yields a sentence for each thing that is wrong."""

from . import buckets, functions, gateways, identity, limits, names, policies, queues, references, streams, tables

ALL = [
    limits.resources_fit_in_one_stack,
    limits.routes_fit_in_one_gateway,
    references.nothing_depends_on_itself,
    names.names_are_fixed_and_tell_the_stage,
    functions.functions_log_to_a_group_with_retention,
    functions.functions_share_the_accounts_concurrency,
    gateways.routes_lead_to_functions_that_may_be_invoked,
    gateways.functions_answer_before_the_gateway_gives_up,
    gateways.routes_ask_for_a_scope_or_a_signature,
    gateways.gateways_are_throttled,
    policies.policies_name_their_actions_and_resources,
    policies.functions_read_only_what_is_their_services,
    tables.tables_are_streamed_backed_up_and_encrypted,
    tables.production_is_protected_from_deletion,
    streams.streams_have_two_readers_at_most,
    streams.stream_readers_end_their_retries,
    streams.filter_patterns_parse,
    queues.queues_are_redriven_and_encrypted,
    queues.consumers_finish_well_before_visibility_ends,
    queues.consumers_report_failures_and_are_limited,
    identity.tokens_are_shaped_by_the_trigger,
    buckets.buckets_are_private_and_encrypted,
]
