"""Small services that know nothing of medicine: paths, texts, logging, plug-in folders."""
