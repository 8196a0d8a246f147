"""The Markov chain: state, random map, the law of what one step draws."""
