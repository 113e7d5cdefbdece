"""Open Referral (HSDS) in: another vocabulary, read into ours."""
