"""How models and readers do at this site: figures, samples, forms and pages for whoever is responsible for it."""
