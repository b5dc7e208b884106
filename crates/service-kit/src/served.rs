use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Serves on loopback for as long as `tasks` are. Gives the address.
pub async fn serve(router: Router, tasks: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port on loopback");
    let address = listener.local_addr().expect("it is bound");
    tasks.spawn(async move {
        service::http::serve(listener, router, CancellationToken::new())
            .await
            .expect("it is served");
    });
    format!("http://{address}")
}
