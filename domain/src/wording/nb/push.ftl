# Låseskjermen: at det er noe, aldri hva.
push-owner_something = Du har noe nytt.
push-owner_neutral = Oppdatert.
push-provider_digest = Dagens samling er klar.
