"""`python -m referral` is `referral`."""

from referral.app import main

main()
