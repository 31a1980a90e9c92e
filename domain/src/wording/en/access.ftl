# A sentence: what was done, and why it was allowed.
access-because = { $what }: { $why }.
access-own = { $what }.

access-read_plan = { $count ->
        [one] { $provider } read one section of your plan
       *[other] { $provider } read { $count } sections of your plan
    }
access-read_plan_wishes = { $provider } saw that you want to look at your plan together
access-read_digest = { $provider } saw the beginning of something you wrote, or your own line about it, in the daily digest
access-open_message = { $provider } opened a message from you
access-read_messages = { $count ->
        [0] { $provider } saw the beginning of something you wrote, or your own line about it
        [one] { $provider } was shown one message from you
       *[other] { $provider } was shown { $count } messages from you
    }
access-read_answer = { $count ->
        [one] { $provider } read what you wrote with one answer to a check-in
       *[other] { $provider } read what you wrote with { $count } answers to check-ins
    }
access-read_items = { $count ->
        [one] { $provider } read one thing you keep here
       *[other] { $provider } read { $count } things you keep here
    }
access-read_proposals = { $count ->
        [one] { $provider } looked again at a proposal to you
       *[other] { $provider } looked again at { $count } proposals to you
    }
access-read_comments = { $count ->
        [one] { $provider } read one comment beside something you keep here
       *[other] { $provider } read { $count } comments beside what you keep here
    }
access-read_joint_notes = { $count ->
        [one] { $provider } read one of your notes from something you looked at together
       *[other] { $provider } read { $count } of your notes from what you looked at together
    }
access-you_opened = You opened a message
access-you_exported = You took out a copy of everything that is yours
access-you_read = You read something that is yours

access-granted = you had shared it
access-asked = you had asked for it
access-sent = you had sent it
access-stands_in = { $provider } stood in for somebody who was away, and you were waiting for an answer
access-revealed = you had opened it for both of you
