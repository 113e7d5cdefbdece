"""The GraphQL doors: three schemas over one domain, and how a request to them is read, run and answered."""

# First of all, since a type that names an enum before it is published would publish it itself, without meanings.
from referral.edges.graphql import words as words
