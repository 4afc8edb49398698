use dynamodb::TableSchema;
use serde_json::Value;

use super::stack;

/// Lists in an order that does not depend on who wrote them.
fn sorted(shape: &Value, member: &str) -> Vec<String> {
    let mut list: Vec<_> = shape[member].as_array().unwrap().iter().map(Value::to_string).collect();
    list.sort();
    list
}

#[test]
fn the_shape_of_every_table_is_the_one_in_the_code() {
    let schemas: [(&str, &TableSchema); 7] = [
        ("auth", &auth::table::SCHEMA),
        ("user", &user::table::SCHEMA),
        ("store", &store::table::SCHEMA),
        ("tech-product", &tech_product::table::SCHEMA),
        ("cart", &cart::table::SCHEMA),
        ("order", &order::table::SCHEMA),
        ("analytics", &analytics::table::SCHEMA),
    ];
    let tables = stack().tables;
    assert_eq!(tables.len(), schemas.len());
    for (service, schema) in schemas {
        let table = tables.iter().find(|t| t.name == format!("um-dev-{service}")).unwrap();
        let code = schema.properties();
        for member in ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"] {
            assert_eq!(sorted(&table.create, member), sorted(&code, member), "{member} of {service}");
        }
        assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"), "{service}");
    }
}
