# One sentence: what, what it came to, why.
ledger-your_provider = your provider
ledger-what_check_in = Check-in
ledger-what_plan_review = Reminder about your plan
ledger-what_agreement_round = Question about the agreement
ledger-what_overdue_notice = Notice that a date had passed
ledger-what_message_notice = Notice of something new
ledger-what_response_reminder = Reminder to { $provider }
ledger-what_digest = Today's digest to { $provider }
ledger-planned = { $what } planned: { $why }.
ledger-sent = { $what } sent: { $why }.
ledger-folded = { $what } put together with others: { $why }.
ledger-held = { $what } waits a little: { $why }.
ledger-skipped = { $what } not sent: { $why }.
ledger-cancelled = { $what } cancelled: { $why }.
ledger-failed = { $what } did not get through: { $why }.

why-kill_switch = all sending was stopped in the whole service
why-recipient_gone = the recipient's account was not in use
why-relationship_ended = working together with { $provider } had ended
why-switched_off = you have switched it off
why-paused = you were taking a pause
why-hospital = { $job ->
        [plan_review] you were in hospital or had just come home
       *[other] you were in hospital
    }
why-not_shared = it is not shared with { $provider }
why-quiet_hours = your quiet hours
why-heavy_open = you answered that it was heavy or that you wanted to talk, and it rests until you and { $provider } have been in touch
why-plan_recent = you used or changed your plan not long ago
why-no_plan = there is no plan to look at
why-prompt_unread = the one before has not been opened
why-resting = { $job ->
        [check_in] the check-ins are resting
        [plan_review] the reminders rest until the next round
       *[other] it is resting
    }
why-recent_contact = you and { $provider } had just been in touch
why-near_consultation = a consultation was near
why-no_agreement = there is no agreement in force
why-reply_owed = { $provider } owes you a reply
why-not_accepted = { $provider } has not said yes to the series
why-over_cap = { $provider } has no room for more
why-absent = { $provider } was away
why-outside_hours = outside the hours { $provider } works
why-policy = the organisation's rules did not allow it then
why-budget = you had already had as many prompts as there should be in one day or one week
why-nothing_to_say = { $job ->
        [message_notice] you had already read it
        [overdue_notice] it was already settled
        [response_reminder] it was already answered
        [digest] there was nothing new
       *[other] there was nothing to say
    }
why-due = { $job ->
        [check_in] the agreed day
        [plan_review] it was time
        [agreement_round] time for a new round
        [overdue_notice] the promised date had passed
        [message_notice] something new for you
        [response_reminder] a reply to you was due
       *[digest] something to read
    }
why-folded = { $job ->
        [response_reminder] it was a line in the digest
       *[other] several became one
    }
why-recalled = the message was taken back
why-already_read = it had already been read
why-series_stopped = the series was stopped
why-too_late = its moment had passed, and it is not sent afterwards
why-superseded = something newer came instead
why-token_gone = the phone no longer takes notifications, so it is only in the app
why-gateway_refused = the notification or e-mail service did not take it
why-gave_up = several attempts did not get through
why-revoked = the access was withdrawn
why-unknown = we could not be sure that it was all right

# The same reasons, for what is still to come.
why_not-kill_switch = all sending is stopped in the whole service
why_not-recipient_gone = the recipient's account is not in use
why_not-relationship_ended = working together with { $provider } has ended
why_not-paused = you are taking a pause
why_not-hospital = { $job ->
        [plan_review] you are in hospital or have just come home
       *[other] you are in hospital
    }
why_not-recent_contact = you and { $provider } have just been in touch
why_not-near_consultation = a consultation is near
why_not-absent = { $provider } is away then
why_not-policy = the organisation's rules do not allow it then
why_not-budget = you have already had as many prompts as there should be in one day or one week
why_not-nothing_to_say = { $job ->
        [message_notice] you have already read it
        [overdue_notice] it is already settled
        [response_reminder] it is already answered
        [digest] there is nothing new
       *[other] there is nothing to say
    }

# To the provider, about what was sent to him or her.
ledger_provider-some_owner = someone you work with
ledger_provider-what_digest = Today's digest
ledger_provider-what_response_reminder = Reminder to answer { $owner }
why_provider-relationship_ended = working together with { $owner } had ended
why_provider-not_shared = it is no longer shared with you
why_provider-absent = you were away
why_provider-outside_hours = it was outside the hours you work
why_provider-nothing_to_say = { $job ->
        [response_reminder] it was already answered
       *[other] there was nothing new
    }
why_provider-due = { $job ->
        [response_reminder] a reply was due
       *[other] something to read
    }
why_provider-not_then = it was not to be sent then

upcoming-check_in = The next check-in you and { $provider } agreed on comes about { $on }.
upcoming-plan_review = About { $on } we ask whether you would like to look at your plan.
upcoming-agreement_round = About { $on } we ask whether you and { $provider } would like to take a new round on the agreement.
upcoming-response_reminder = { $provider } will be reminded on { $on }.
upcoming-overdue_notice = If no reply has come, we ask you on { $on } what you would like.
upcoming-message_notice = Something new waits until your quiet hours are over, { $on } at { $time }.
upcoming-digest = { $provider } gets the next digest on { $on } at { $time }.
upcoming-your_digest = Your next digest comes on { $on } at { $time }.
upcoming-your_check_in = The check-in to { $owner } goes out on { $on } at { $time }, unless you skip or postpone it.
upcoming-would_not_be_sent = As things stand it will not be sent: { $why }.
upcoming-would_stay_in_app = As things stand it will only be in the app: { $why }.
upcoming-would_wait = As things stand it will wait a little: { $why }.
upcoming-nothing = Nothing is planned.
