"""Computing with embeddings: likeness, neighbours, clusters, maps. numpy is imported when it is first needed."""
