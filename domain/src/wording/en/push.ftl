# The lock screen: that there is something, never what.
push-owner_something = You have something new.
push-owner_neutral = Updated.
push-provider_digest = Today's digest is ready.
