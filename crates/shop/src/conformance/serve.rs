use std::net::Ipv4Addr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Serves on loopback for as long as the runtime lives. Gives the address.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port on loopback");
    let address = listener.local_addr().expect("it is bound");
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, router).await.expect("it is served") });
    serving.detach_all();
    format!("http://{address}")
}
