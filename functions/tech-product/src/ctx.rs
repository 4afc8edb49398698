//! What the use cases stand on.

use std::sync::Arc;

use axum::extract::FromRef;
use domain::{Clock, CorrelationId, Entropy, EventId};
use dynamodb::Table;
use lambda::Base;
use lambda::http::{Gate, Gated};
use uuid::Uuid;

use crate::files::{ImportFiles, S3Files};
use crate::image_files::ImageFiles;
use crate::queue::{ImportQueue, SqsQueue};
use crate::standings::StandingMemory;
use crate::stores::{RemoteStores, Stores};
use crate::tree::TreeMemory;

/// The table, the clock, and who may do what.
#[derive(Clone)]
pub struct Ctx {
    /// The service's table.
    pub table: Table,
    /// Now.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who may do what.
    pub gate: Gate,
    /// The categories.
    pub tree: TreeMemory,
    /// Which stores sell.
    pub standings: StandingMemory,
}

impl Ctx {
    /// For functions without staff routes: `TABLE_NAME`.
    pub fn public(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self {
            table: base.table()?,
            clock: base.clock.clone(),
            entropy: Arc::clone(&base.entropy),
            gate: Gate::new(),
            tree: TreeMemory::default(),
            standings: StandingMemory::default(),
        })
    }

    /// For functions with staff routes: `TABLE_NAME`, `STORE_SERVICE_URL`.
    pub fn staffed(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self { gate: Gate::new().with_membership(base.membership()?), ..Self::public(base)? })
    }

    /// Nobody can guess it.
    pub fn random(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A new event's id.
    pub fn event_id(&self) -> EventId {
        EventId::generate(self.clock.now(), &*self.entropy)
    }

    /// A new request's id.
    pub fn correlation_id(&self) -> CorrelationId {
        CorrelationId::generate(self.clock.now(), &*self.entropy)
    }
}

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// What showing the catalogue needs beside the table: where pictures are.
#[derive(Clone)]
pub struct Reading {
    /// The rest.
    pub ctx: Ctx,
    /// Pictures of products.
    pub images: Arc<dyn ImageFiles>,
}

impl Reading {
    /// `TABLE_NAME`, `IMAGES_BUCKET`.
    pub fn new(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self { ctx: Ctx::public(base)?, images: pictures(base)? })
    }
}

impl Gated for Reading {
    fn gate(&self) -> &Gate {
        &self.ctx.gate
    }
}

impl FromRef<Reading> for Ctx {
    fn from_ref(reading: &Reading) -> Self {
        reading.ctx.clone()
    }
}

fn pictures(base: &Base) -> Result<Arc<dyn ImageFiles>, lambda::Failure> {
    Ok(Arc::new(S3Files::new(&base.aws, base.settings.require("IMAGES_BUCKET")?)))
}

/// What taking in products needs beside the table: the stores' terms, the uploaded files, the queue of chunks.
#[derive(Clone)]
pub struct Intake {
    /// The rest.
    pub ctx: Ctx,
    /// The store service.
    pub stores: Arc<dyn Stores>,
    /// Uploaded files.
    pub files: Arc<dyn ImportFiles>,
    /// Pictures of products.
    pub images: Arc<dyn ImageFiles>,
    /// Work to be gone on with.
    pub queue: Arc<dyn ImportQueue>,
}

impl Intake {
    /// `TABLE_NAME`, `STORE_SERVICE_URL`, `IMPORTS_BUCKET`, `IMPORTS_QUEUE_URL`, `IMAGES_BUCKET`.
    pub fn new(base: &Base) -> Result<Self, lambda::Failure> {
        Ok(Self {
            ctx: Ctx::staffed(base)?,
            stores: Arc::new(RemoteStores::new(base.calls(contracts::Service::Store)?)),
            files: Arc::new(S3Files::new(&base.aws, base.settings.require("IMPORTS_BUCKET")?)),
            images: pictures(base)?,
            queue: Arc::new(SqsQueue::new(&base.aws, base.settings.require("IMPORTS_QUEUE_URL")?)),
        })
    }
}

impl Gated for Intake {
    fn gate(&self) -> &Gate {
        &self.ctx.gate
    }
}
