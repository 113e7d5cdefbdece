"""Gets a person who seeks asylum to someone who can help, safely.

A house with three floors; imports go downwards only, and neighbours (|) ignore each other.

    app                                     which doors a process opens
    edges        graphql | web | hsds | worker    translate, call one domain function, translate back
    domain       triage | partners                staff at work, other organizations
                 referrals                        the hand-over to a provider
                 matching                         who could help this person
                 intake | directory               who asks, who can help
    foundation                                    database, keys, places, languages, mail
"""
