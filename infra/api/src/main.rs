//! Writes the definitions: `cargo run -p api`.

use std::error::Error;

use api::Gateway;

fn main() -> Result<(), Box<dyn Error>> {
    let routes = api::routes();
    for gateway in Gateway::ALL {
        let definition = api::definition(gateway, &routes);
        std::fs::write(gateway.file(), api::yaml(&definition)?)?;
        println!(
            "{} routes to {}",
            definition["paths"].as_object().map_or(0, serde_json::Map::len),
            gateway.file().display()
        );
    }
    Ok(())
}
