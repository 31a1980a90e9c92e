help_now-title = Help now
help_now-not_watched = Nobody is watching here all the time. Phone when it is urgent.
help_now-life_in_danger = Life in danger
help_now-urgent = Urgent: out-of-hours doctor
help_now-someone_to_talk_to = Someone to talk to: Mental Helse
help_now-own_plan = Your plan
