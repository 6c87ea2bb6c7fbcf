raise RuntimeError("this is no model of the service")
