digest-title = Today's digest
digest-after_absence = This came while you were away.
digest-empty = Nothing is waiting for you now.
digest-section_heavy = Heavy, or silent
digest-section_waiting = Waiting for your reply
digest-section_consultation = For the next consultation
digest-section_new = New
digest-section_tomorrow = Tomorrow's check-ins
digest-section_check_ins = Check-in replies
digest-section_proposals = Proposals answered
digest-section_shared = Shared changes
digest-and_more = and { $count } more
digest-reading_time = { $minutes ->
        [0] less than a minute to read
        [one] about { $minutes } minute to read
       *[other] about { $minutes } minutes to read
    }
digest-long = { $minutes ->
        [one] Long, about { $minutes } minute
       *[other] Long, about { $minutes } minutes
    }
digest-unread = { $count } unread, { $minutes ->
        [one] about { $minutes } minute
       *[other] about { $minutes } minutes
    }
digest-important = Marked as important
digest-due_today = Due today
digest-overdue = Promised for { $promised }
digest-since = Since { $since }
digest-heavy_since = { $answer ->
        [want_to_talk] Would like to talk. Answered { $since } at { $time }.
        [heavy] It's heavy. Answered { $since } at { $time }.
       *[other] Answered { $since } at { $time }.
    }
digest-silence_clause = { $count ->
        [one] { $count } check-in without an answer. Your agreement says what you two do then.
       *[other] { $count } check-ins in a row without an answer. Your agreement says what you two do then.
    }
digest-for_consultation = For the consultation on { $day }
digest-tomorrow = Goes out tomorrow at { $time } unless you change it
digest-skip = Skip this one
digest-postpone = Postpone
digest-answered = { $answer ->
        [ok] It's going all right
        [both] A bit of both
        [heavy] It's heavy
        [want_to_talk] Would like to talk
       *[not_now] Not now
    }
digest-answered_in_words = { $minutes ->
        [0] Answered in own words, less than a minute to read
        [one] Answered in own words, about { $minutes } minute to read
       *[other] Answered in own words, about { $minutes } minutes to read
    }
digest-proposal_accepted = The proposal was taken in
digest-proposal_edited = The proposal was taken in with changes
digest-proposal_declined = The proposal was not taken in
digest-plan_changed = Changed something in the plan that is shared with you
digest-toolbox_changed = { $count ->
        [one] { $count } thing
       *[other] { $count } things
    } changed in what is shared with you: { $module ->
        [crisis_plan] the plan
        [life_domains] life domains
        [goals] goals and steps
        [network] the network
        [medication] medicines
        [strengths] what helps
        [values] values
        [exercises] exercises
        [diary] the diary
       *[registrations] registrations
    }
digest-shared_changed = Changed { $since }
digest-as_substitute = You are standing in for { $provider }
digest-checklist = Before you go on
digest-checklist_phone = Phone
digest-checklist_procedure = Follow the procedure where you work
digest-checklist_document = Write down what you did
digest-no_automated_reading = No machine reads the answers to look for danger. Both sides know.
