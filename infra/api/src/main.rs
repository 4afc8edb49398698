//! Writes what follows from the routes: `cargo run -p api`, or `cargo run -p api -- <recording>` to add examples from calls
//! that journeys recorded (`RECORD_CALLS=<file> cargo test -p e2e --test journeys`).

use std::error::Error;

use api::{Examples, Gateway};

fn main() -> Result<(), Box<dyn Error>> {
    let routes = api::routes();
    if let Some(recording) = std::env::args().nth(1) {
        let plain = api::document(&routes, &Examples::default())?;
        let recorded = Examples::recorded(&std::fs::read_to_string(recording)?, &routes)?;
        recorded.faults(&plain).iter().for_each(|fault| println!("not shown: {fault}"));
        let examples = Examples::read()?.fitting(&plain).and(recorded.fitting(&plain));
        std::fs::write(Examples::file(), serde_json::to_string_pretty(&examples)? + "\n")?;
    }
    for gateway in Gateway::ALL {
        let definition = api::definition(gateway, &routes);
        std::fs::write(gateway.file(), api::yaml(&definition)?)?;
        println!(
            "{} routes to {}",
            definition["paths"].as_object().map_or(0, serde_json::Map::len),
            gateway.file().display()
        );
    }
    let reference = api::document(&routes, &Examples::read()?)?;
    std::fs::write(api::reference_file(), serde_json::to_string_pretty(&reference)? + "\n")?;
    println!("the reference to {}", api::reference_file().display());
    Ok(())
}
