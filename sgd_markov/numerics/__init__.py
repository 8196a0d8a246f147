"""What several engines need: expectations under a law by certified quadrature or summation, certified roots."""
