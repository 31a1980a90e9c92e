problem-malformed-title = Cannot be read
problem-malformed-detail = What was sent is not written as it should be. Nothing has changed.
problem-not_utf8-title = Characters that cannot be read
problem-not_utf8-detail = The text is not UTF-8. Nothing has changed.
problem-bad_cursor-title = Unknown place in the list
problem-bad_cursor-detail = Start again from the beginning of the list.
problem-missing_idempotency_key-title = Missing Idempotency-Key
problem-missing_idempotency_key-detail = Calls that change something need an Idempotency-Key, so that the same thing does not happen twice. Nothing has changed.
problem-not_signed_in-title = Not signed in
problem-not_signed_in-detail = Sign in and try again.
problem-wrong_credentials-title = Sign-in does not match
problem-wrong_credentials-detail = The name or the password does not match. Check them and try again.
problem-not_allowed-title = Not open to you
problem-not_allowed-detail = Doing this is up to someone else. Nothing has changed.
problem-consent_needed-title = Consent first
problem-consent_needed-detail = Before the first message you need to have read and accepted that this is not for emergencies.
problem-not_found-title = Does not exist
problem-not_found-detail = It does not exist, or it is not shared with you.
problem-method_not_allowed-title = Cannot be done here
problem-method_not_allowed-detail = This address does not take such a call.
problem-conflict-title = Does not go together
problem-conflict-detail = This does not go together with how things are now. Nothing has changed. Fetch the latest version and try again.
problem-undo_over-title = Too late to undo
problem-undo_over-detail = The message is sent. You can still take it back as long as it has not been opened.
problem-already_answered-title = Already answered
problem-already_answered-detail = This was answered before. The first answer stands.
problem-cap_reached-title = No room now
problem-cap_reached-detail = There is no room for more check-ins here now. You can write whenever you like, bring it up at the next appointment, or ask someone else on the team.
problem-no_shared_hours-title = The hours never meet
problem-no_shared_hours-detail = The hours the two of you have chosen never meet, so nothing could go out. Change the hours and try again.
problem-no_agreement-title = No agreement yet
problem-no_agreement-detail = Check-ins need an agreement that both have accepted and that has room for them. Nothing has changed.
problem-other_text-title = Another text
problem-other_text-detail = The text you would accept is not the one that stands here. Read it once more before you accept. Nothing has changed.
problem-idempotency_in_progress-title = In progress
problem-idempotency_in_progress-detail = The same call is already under way. Wait a little and try again.
problem-idempotency_done-title = Done already
problem-idempotency_done-detail = It went through the first time, but the answer got lost on the way. Have a look at how things are before you do it again.
problem-expired-title = Time is up
problem-expired-detail = This no longer applies. Ask for a new one, or start again.
problem-resync_needed-title = Load everything again
problem-resync_needed-detail = This device has to fetch everything once more. That changes nothing of what you have written.
problem-stale-title = Changed in the meantime
problem-stale-detail = Someone has changed this since you opened it. Yours has not been saved over theirs. Fetch the latest version and try again.
problem-too_large-title = Too large
problem-too_large-detail = It is more than can be sent at once. Nothing has changed.
problem-unsupported_media_type-title = Unknown format
problem-unsupported_media_type-detail = Send it as application/json.
problem-invalid-title = Something needs correcting
problem-invalid-detail = Some fields cannot be accepted as they are. Nothing has changed.
problem-idempotency_mismatch-title = The key was used before
problem-idempotency_mismatch-detail = This Idempotency-Key was used for another call. Use a new one.
problem-app_too_old-title = The app is too old
problem-app_too_old-detail = Get the newest app. Everything you have saved is safe.
problem-missing_if_match-title = Missing If-Match
problem-missing_if_match-detail = Say which version you are changing, so that nobody writes over something they have not seen. Nothing has changed.
problem-too_many_requests-title = Too many at once
problem-too_many_requests-detail = Wait a little and try again.
problem-internal-title = Something went wrong on our side
problem-internal-detail = It is not your fault. Try again in a little while.
problem-unavailable-title = Out of order for a little while
problem-unavailable-detail = We cannot answer just now. Try again in a little while. If it is urgent, phone.

fault-required = Must be filled in.
fault-too_long = { $unit ->
        [characters] { $max ->
            [one] Can have at most { $max } character.
           *[other] Can have at most { $max } characters.
        }
        [bytes] { $max ->
            [one] Can have at most { $max } byte.
           *[other] Can have at most { $max } bytes.
        }
        [items] { $max ->
            [one] Can have at most { $max } item.
           *[other] Can have at most { $max } items.
        }
       *[days] { $max ->
            [one] Can be at most { $max } day.
           *[other] Can be at most { $max } days.
        }
    }
fault-too_short = { $unit ->
        [characters] { $min ->
            [one] Must have at least { $min } character.
           *[other] Must have at least { $min } characters.
        }
        [bytes] { $min ->
            [one] Must have at least { $min } byte.
           *[other] Must have at least { $min } bytes.
        }
        [items] { $min ->
            [one] Must have at least { $min } item.
           *[other] Must have at least { $min } items.
        }
       *[days] { $min ->
            [one] Must be at least { $min } day.
           *[other] Must be at least { $min } days.
        }
    }
fault-longer_than_allowed = Is too long.
fault-shorter_than_allowed = Is too short.
fault-not_in_list = Is not one of the choices.
fault-unknown_time_zone = Is not a known time zone. An example is Europe/Oslo.
fault-date_in_past = The date is in the past.
fault-not_a_date = Is not a date. An example is 2026-05-21.
fault-outside_bounds = Must be from { $min } to { $max }.
fault-beyond_bounds = Is outside what is allowed.
fault-unknown_field = There is no such field.
fault-duplicate = Is there already.
fault-not_a_working_day = Is not a working day.
fault-address_not_allowed = Leads to an address that this server does not call.
fault-format = Is not written as it should be.
