use std::future::{Ready, ready};

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::routing::post;
use prost::Message;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::server::{Grpc, UnaryService};
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

/// Answers for services what a test says they would. A method of which it says nothing is `UNIMPLEMENTED`. Whoever
/// calls is answered.
#[derive(Clone, Debug, Default)]
pub struct StandIn(Router);

impl StandIn {
    /// `method` as in `comptoir.ledger.v1.Orders/GetReceipt`; takes one message and gives one.
    #[must_use]
    pub fn answers<Q, A>(
        self,
        method: &str,
        answer: impl Fn(Q) -> Result<A, Status> + Clone + Send + Sync + 'static,
    ) -> Self
    where
        Q: Message + Default + 'static,
        A: Message + Default + 'static,
    {
        let answered = move |request: HttpRequest| {
            let answer = Answer(answer.clone());
            async move {
                let mut grpc = Grpc::new(ProstCodec::<A, Q>::default());
                grpc.unary(answer, request).await
            }
        };
        Self(self.0.route(&format!("/{method}"), post(answered)))
    }

    /// Serves on loopback for as long as `tasks` are. Gives the address.
    pub async fn serve(self, tasks: &mut JoinSet<()>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port on loopback");
        let address = listener.local_addr().expect("it is bound");
        let served = Server::builder()
            .add_routes(Routes::from(self.0))
            .serve_with_incoming(TcpIncoming::from(listener));
        tasks.spawn(async move { served.await.expect("it is served") });
        format!("http://{address}")
    }
}

struct Answer<F>(F);

impl<Q, A, F: Fn(Q) -> Result<A, Status>> UnaryService<Q> for Answer<F> {
    type Response = A;
    type Future = Ready<Result<Response<A>, Status>>;

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        ready((self.0)(request.into_inner()).map(Response::new))
    }
}
