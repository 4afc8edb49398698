//! Generates the OpenAPI definitions of the two HTTP APIs from the routes in the code.
