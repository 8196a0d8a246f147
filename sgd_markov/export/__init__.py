"""What leaves the package: documents, pages, tables on a terminal."""
