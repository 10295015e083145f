//! One piece of work that models are asked for, and what comes of it for the budgets: closed however
//! it ends, also if nobody waits for it any more.

use tokio::runtime::Handle;
use ultudy_domain::usage::{MadeFor, Price};
use ultudy_llm::{Bill, Task};

use super::{Cost, Reservation, Spent, bill, record, reserve};
use crate::{App, Result};

/// Something that is being paid for.
pub(crate) struct Account {
    app: App,
    owner_id: String,
    made_for: MadeFor,
    bill: Bill,
    reserved: Option<Reservation>,
    is_closed: bool,
}

impl Account {
    /// Opens one for calls that read so many bytes for this. No transaction may be open until it is closed.
    ///
    /// # Errors
    /// The budget that does not allow it; or, outside, the database's.
    pub(crate) async fn open(
        app: &App,
        owner_id: &str,
        made_for: MadeFor,
        (task, bytes_read): (Task, usize),
    ) -> Result<std::result::Result<Self, Spent>> {
        let tokens_written = i64::from(task.tokens_written());
        let price = app.spending.dearest;
        Self::at(app, owner_id, made_for, price, (bytes_read, tokens_written)).await
    }

    /// The same for vectors of texts of so many bytes.
    ///
    /// # Errors
    /// As for [`Account::open`].
    pub(crate) async fn open_for_vectors(
        app: &App,
        owner_id: &str,
        made_for: MadeFor,
        bytes: usize,
    ) -> Result<std::result::Result<Self, Spent>> {
        Self::at(app, owner_id, made_for, app.spending.of_vectors, (bytes, 0)).await
    }

    async fn at(
        app: &App,
        owner_id: &str,
        made_for: MadeFor,
        price: Option<Price>,
        expected: (usize, i64),
    ) -> Result<std::result::Result<Self, Spent>> {
        let reserved = reserve(app, owner_id, price, expected).await?;
        Ok(reserved.map(|reserved| Self {
            app: app.clone(),
            owner_id: owner_id.to_owned(),
            made_for,
            bill: Bill::default(),
            reserved,
            is_closed: false,
        }))
    }

    /// Where the calls are noted down.
    pub(crate) fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Records the calls and settles what was reserved. What all of them cost.
    pub(crate) async fn close(mut self) -> Cost {
        let (cost, recording) = self.end();
        // Goes on though whoever waits for it goes away.
        if let Err(error) = tokio::spawn(recording).await {
            tracing::error!(%error, "recording what a model cost crashed");
        }
        cost
    }

    fn end(&mut self) -> (Cost, impl Future<Output = ()> + Send + 'static) {
        self.is_closed = true;
        let calls = bill::of_bill(&self.app, &self.bill);
        let cost = Cost::of(&calls);
        let (app, owner_id) = (self.app.clone(), self.owner_id.clone());
        let (made_for, reserved) = (self.made_for, self.reserved.take());
        let recording = async move { record(&app, &owner_id, made_for, calls, reserved).await };
        (cost, recording)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.is_closed {
            return;
        }
        let (_, recording) = self.end();
        match Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(recording),
            Err(error) => tracing::error!(%error, "what a model cost is not recorded"),
        }
    }
}
