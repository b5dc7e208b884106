//! Wire types of every API and message, and the only place where they meet the domain.
//!
//! The generated modules follow the packages under `proto/`. [`convert`] turns wire types into
//! domain types by full destructuring, so that a new field breaks the build until it is answered.

pub mod convert;

/// Everything under `proto/`, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

pub mod google {
    pub mod r#type {
        tonic::include_proto!("google.r#type");
    }
}

pub mod comptoir {
    pub mod catalog {
        pub mod v1 {
            tonic::include_proto!("comptoir.catalog.v1");
        }
    }
    pub mod connect {
        pub mod v1 {
            tonic::include_proto!("comptoir.connect.v1");
        }
    }
    pub mod ledger {
        pub mod v1 {
            tonic::include_proto!("comptoir.ledger.v1");
        }
    }
    pub mod order {
        pub mod v1 {
            tonic::include_proto!("comptoir.order.v1");
        }
    }
}

pub use comptoir::catalog::v1 as catalog;
pub use comptoir::connect::v1 as connect;
pub use comptoir::ledger::v1 as ledger;
pub use comptoir::order::v1 as order;
