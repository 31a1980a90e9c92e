# A check-in says that it is regular and agreed, when replies are read, and that none is needed.
check_in-ordinary = Hi { $owner }. Here is the regular check-in you and { $provider } agreed on. How are you doing? No need to reply.
check_in-first = Hi { $owner }. This is the first of the regular check-ins you and { $provider } agreed on. It comes by itself. How are you doing? No need to reply, and you can stop the check-ins whenever you like.
check_in-next_to_last = Hi { $owner }. Here is the regular check-in you and { $provider } agreed on. After this one there is one left. How are you doing? No need to reply.
check_in-last = Hi { $owner }. This is the last of the regular check-ins you and { $provider } agreed on. How are you doing? No need to reply. If you want more of them, you can ask.
check_in-reads_by = { $provider } reads replies by { $read_by }.
check_in-reads_no_day = { $provider } reads replies, but on no agreed day.
check_in-nobody_reads_before = { $provider } is away, and nobody reads replies before { $date }.
check_in-substitute_reads = { $provider } is away. { $substitute }, whom you have said yes to, reads replies by { $read_by }.
check_in-answer_ok = It's going all right
check_in-answer_both = A bit of both
check_in-answer_heavy = It's heavy
check_in-answer_want_to_talk = I'd like to talk
check_in-answer_not_now = Not now

answered-seen_by = Saved. { $provider } sees your answer by { $read_by }.
answered-seen_no_day = Saved. { $provider } sees your answer, but on no agreed day.
answered-nobody_before = Saved. Nobody sees your answer before { $date }.
answered-substitute_sees = Saved. { $substitute } sees your answer by { $read_by }.
answered-nothing_more = There is nothing more you need to do.
answered-not_now = Saved. You are not asked anything more now.
answered-plan_and_help = Your plan and Help now are just below, at any time.
answered-help = Help now is just below, at any time.
answered-no_automated_reading = No machine reads answers to look for danger, and { $provider } knows that too.
answered-rests_until_contact = The check-ins rest until you and { $provider } have been in touch.

check_in_card-proposed_by_provider = { $days ->
        [one] { $provider } suggests a regular check-in every day for twelve weeks. It happens only if you want it, and you can stop it whenever you like, without saying why.
       *[other] { $provider } suggests a regular check-in every { $days } days for twelve weeks. It happens only if you want it, and you can stop it whenever you like, without saying why.
    }
check_in_card-asked_by_owner = { $days ->
        [one] { $owner } asks for a regular check-in every day for twelve weeks. It is for you to say whether you have room for it.
       *[other] { $owner } asks for a regular check-in every { $days } days for twelve weeks. It is for you to say whether you have room for it.
    }
check_in_card-accepted = Agreed. The first of the check-ins you and { $provider } agreed on comes about { $first }.
check_in_card-declined = { $provider } has no room for regular check-ins now. It is not about you. You can write whenever you like, bring it up at the next appointment, or ask someone else on the team.
check_in_card-no_shared_hours = The hours you and { $provider } have chosen never meet, so no check-in can go out. It helps if one of you changes theirs.
check_in_card-resting = The check-ins are resting now. You have done nothing wrong. { $provider } has not been alerted. They start again only if you want them to.
check_in_card-resting_silence_clause = The check-ins are resting now. You have done nothing wrong. { $provider } is told that it is quiet, as you wrote in the agreement. They start again only if you want them to.
check_in_card-resting_until_contact = The check-ins rest until you and { $provider } have been in touch. There is nothing you need to do.
check_in_card-ended = The twelve weeks of check-ins you and { $provider } agreed on are over. If you want twelve more, you can ask. If not, there is nothing you need to do.
check_in_card-stopped = The check-ins are stopped. Nobody needs to say why.
check_in_card-waiting = Sent. { $other } has not answered yet. You can take it back whenever you like.
check_in_card-runs = The check-ins you and { $owner } agreed on come by themselves.
check_in_card-rests = The check-ins with { $owner } are resting. Nothing is asked of you here.
check_in_card-over = The twelve weeks of check-ins with { $owner } are over. Only { $owner } can ask for more.
check_in_card-instead_consultation = Bring it up with { $provider } at the next appointment
check_in_card-instead_longer_interval = Ask for check-ins further apart
check_in_card-instead_message = Write to { $provider } and ask for a reply

heavy_reply-phone = Phone { $owner }. A conversation comes before a written answer.
heavy_reply-local_procedure = Follow your workplace's procedure for worrying messages.
heavy_reply-document = Write in the health record what you did, the way the two of you have agreed.
check_in_card-restart = Start them again
check_in_card-renew = Twelve more weeks
