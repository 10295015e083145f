use ultudy_domain::Timestamp;
use ultudy_domain::account::{AuthSession, LinkPurpose, Role};
use ultudy_store::{
    StoreError, SystemTx, api_tokens, auth_sessions, documents, holder, one_time_links, users,
};

use crate::{
    bench::{Bench, Database},
    fixtures::{ALICE, BOB, api_token, at, auth_session, id, store_account, store_world, user},
};

async fn accounts_of_both(bench: &Bench) {
    for owner in [ALICE, BOB] {
        let mut tx = bench.store.write(owner).await.unwrap();
        store_account(&mut tx).await;
        tx.commit().await.unwrap();
    }
}

async fn system(bench: &Bench) -> SystemTx {
    bench.store.system_read().await.unwrap()
}

/// A change that no use case makes yet.
async fn behind_its_back(bench: &Bench, statement: &str) {
    let statement = match &bench.database {
        // Another connection would be without foreign keys.
        Database::Sqlite { .. } => format!("PRAGMA foreign_keys = on; {statement}"),
        Database::Postgres { .. } => statement.to_owned(),
    };
    bench.database.ask(&statement).await;
}

pub async fn a_user_is_found_by_their_address_alone(bench: &Bench) {
    accounts_of_both(bench).await;
    let found = users::by_email(&mut system(bench).await, "alice@example.org").await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.user.id.as_str(), found.user.role),
        (ALICE, Role::Student)
    );
    assert_eq!(
        (found.password_hash.as_str(), found.disabled_at),
        ("a hash", None)
    );
    let none = users::by_email(&mut system(bench).await, "nobody@example.org").await;
    assert_eq!(none.unwrap(), None);

    let mut tx = bench.write().await;
    let found = users::find(&mut tx)
        .await
        .unwrap()
        .map(|account| account.user);
    assert_eq!(found, Some(user(&tx)));
    assert!(users::set_password(&mut tx, "another").await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = system(bench).await;
    let hash_of = async |tx: &mut SystemTx, email| {
        users::by_email(tx, email)
            .await
            .unwrap()
            .unwrap()
            .password_hash
    };
    assert_eq!(hash_of(&mut tx, "alice@example.org").await, "another");
    assert_eq!(hash_of(&mut tx, "bob@example.org").await, "a hash");
}

pub async fn an_address_has_one_account(bench: &Bench) {
    accounts_of_both(bench).await;
    let mut tx = bench.store.write("carol").await.unwrap();
    let mut taken = user(&tx);
    taken.email = Some("alice@example.org".into());
    let refused = users::insert(&mut tx, &taken, "a hash").await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
}

pub async fn a_session_says_who_asks_until_it_ends(bench: &Bench) {
    accounts_of_both(bench).await;
    let mut tx = system(bench).await;
    let holder = auth_sessions::holder(&mut tx, "session-alice", at(999)).await;
    let holder = holder.unwrap().unwrap();
    assert_eq!((holder.user.id.as_str(), holder.id), (ALICE, id(1)));
    for (token, moment) in [("session-alice", 1_000), ("session-eve", 1)] {
        let none = auth_sessions::holder(&mut tx, token, at(moment)).await;
        assert_eq!(none.unwrap(), None, "{token}");
    }
    drop(tx);

    let mut tx = bench.write().await;
    auth_sessions::touch(&mut tx, id(1), at(999), at(1_500))
        .await
        .unwrap();
    let listed = auth_sessions::list(&mut tx, at(1_400)).await.unwrap();
    let expected = AuthSession {
        last_seen_at: at(999),
        expires_at: at(1_500),
        ..auth_session(1, 0)
    };
    assert_eq!(listed, [expected]);
    let gone = auth_sessions::delete(&mut tx, id(1)).await.unwrap();
    assert_eq!(gone.as_deref(), Some("session-alice"));
    assert_eq!(auth_sessions::delete(&mut tx, id(1)).await.unwrap(), None);
}

pub async fn a_disabled_users_sessions_and_tokens_say_nothing(bench: &Bench) {
    accounts_of_both(bench).await;
    let disable = "UPDATE users SET disabled_at = created_at WHERE owner_id = 'alice'";
    behind_its_back(bench, disable).await;
    let mut tx = system(bench).await;
    for (owner, says) in [(ALICE, false), (BOB, true)] {
        let session = auth_sessions::holder(&mut tx, &format!("session-{owner}"), at(1)).await;
        let token = api_tokens::holder(&mut tx, &format!("token-{owner}"), at(1)).await;
        assert_eq!(session.unwrap().is_some(), says, "{owner}");
        assert_eq!(token.unwrap().is_some(), says, "{owner}");
    }
    let found = users::by_email(&mut tx, "alice@example.org").await.unwrap();
    assert_eq!(found.unwrap().disabled_at, Some(at(0)));
}

pub async fn ended_and_surplus_sessions_go_when_one_begins(bench: &Bench) {
    accounts_of_both(bench).await;
    let mut tx = bench.write().await;
    let many = u32::try_from(auth_sessions::SESSIONS_MAX).unwrap();
    for n in 10..=10 + many {
        let session = auth_session(n, 1);
        auth_sessions::insert(&mut tx, &session, &format!("hash-{n}"))
            .await
            .unwrap();
    }
    let left = auth_sessions::list(&mut tx, at(2)).await.unwrap();
    assert_eq!(left.len(), many as usize);
    assert_eq!(
        (left[0].id, left[left.len() - 1].id),
        (id(10 + many), id(11))
    );

    auth_sessions::insert(&mut tx, &auth_session(200, 2_000), "hash-200")
        .await
        .unwrap();
    let left = auth_sessions::list(&mut tx, at(0)).await.unwrap();
    assert_eq!(left.len(), 1, "the others have ended");
    let gone = auth_sessions::delete_others(&mut tx, Some(id(200))).await;
    assert!(gone.unwrap().is_empty());
    let gone = auth_sessions::delete_others(&mut tx, None).await.unwrap();
    assert_eq!(gone, ["hash-200"]);
    tx.commit().await.unwrap();
    let bobs = auth_sessions::holder(&mut system(bench).await, "session-bob", at(1)).await;
    assert!(bobs.unwrap().is_some());
}

pub async fn a_token_says_who_asks_until_it_is_revoked(bench: &Bench) {
    accounts_of_both(bench).await;
    let mut tx = bench.write().await;
    api_tokens::insert(&mut tx, &api_token(3, Some(50)), "short")
        .await
        .unwrap();
    api_tokens::touch(&mut tx, id(3), at(20)).await.unwrap();
    let listed = api_tokens::list(&mut tx).await.unwrap();
    assert_eq!(listed[1], api_token(2, None));
    assert_eq!(
        (listed[0].id, listed[0].last_used_at),
        (id(3), Some(at(20)))
    );
    tx.commit().await.unwrap();

    let holder = async |token: &str, moment| {
        let holder = api_tokens::holder(&mut system(bench).await, token, at(moment)).await;
        holder.unwrap().map(|holder| holder.user.id)
    };
    assert_eq!(holder("short", 49).await.as_deref(), Some(ALICE));
    assert_eq!(holder("short", 50).await, None);
    assert_eq!(holder("token-bob", 9_999).await.as_deref(), Some(BOB));
    let mut tx = bench.write().await;
    let gone = api_tokens::delete(&mut tx, id(3)).await.unwrap();
    assert_eq!(gone.as_deref(), Some("short"));
    tx.commit().await.unwrap();
    assert_eq!(holder("short", 49).await, None);
}

pub async fn nothing_of_anothers_account_can_be_reached(bench: &Bench) {
    let mut tx = bench.write().await;
    store_account(&mut tx).await;
    tx.commit().await.unwrap();
    let mut tx = bench.bob().await;
    assert_eq!(users::find(&mut tx).await.unwrap(), None);
    assert!(!users::set_password(&mut tx, "stolen").await.unwrap());
    assert!(
        auth_sessions::list(&mut tx, at(1))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(auth_sessions::delete(&mut tx, id(1)).await.unwrap(), None);
    let others = auth_sessions::delete_others(&mut tx, None).await;
    assert!(others.unwrap().is_empty());
    assert!(api_tokens::list(&mut tx).await.unwrap().is_empty());
    assert_eq!(api_tokens::delete(&mut tx, id(2)).await.unwrap(), None);
    let used = one_time_links::use_up(&mut tx, "link-alice", at(1)).await;
    assert!(!used.unwrap());
}

pub async fn a_link_is_used_once_and_in_time(bench: &Bench) {
    accounts_of_both(bench).await;
    let holder = async |purpose, moment| {
        let mut tx = system(bench).await;
        let holder = one_time_links::holder(&mut tx, purpose, "link-alice", at(moment)).await;
        holder.unwrap()
    };
    let reset = LinkPurpose::PasswordReset;
    assert_eq!(holder(reset, 999).await.as_deref(), Some(ALICE));
    assert_eq!(holder(reset, 1_000).await, None);
    assert_eq!(holder(LinkPurpose::FirstOperator, 1).await, None);

    let mut tx = bench.write().await;
    let late = one_time_links::use_up(&mut tx, "link-alice", at(1_000)).await;
    assert!(!late.unwrap());
    for first in [true, false] {
        let used = one_time_links::use_up(&mut tx, "link-alice", at(5)).await;
        assert_eq!(used.unwrap(), first);
    }
    tx.commit().await.unwrap();
    assert_eq!(holder(reset, 6).await, None);

    let mut tx = bench.write().await;
    for hash in ["second", "third"] {
        one_time_links::put_reset(&mut tx, hash, at(7), at(1_000))
            .await
            .unwrap();
    }
    let used = one_time_links::use_up(&mut tx, "second", at(8)).await;
    assert!(!used.unwrap(), "a later link takes its place");
}

pub async fn there_is_one_link_for_a_first_operator(bench: &Bench) {
    accounts_of_both(bench).await;
    assert!(!users::has_operator(&mut system(bench).await).await.unwrap());
    for (owner, hash) in [("first", "hash-1"), ("second", "hash-2")] {
        let mut tx = bench.store.system().await.unwrap();
        one_time_links::put_first_operator(&mut tx, owner, hash, at(0), at(100))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let holder = async |hash: &str| {
        let (mut tx, purpose) = (system(bench).await, LinkPurpose::FirstOperator);
        let holder = one_time_links::holder(&mut tx, purpose, hash, at(1)).await;
        holder.unwrap()
    };
    assert_eq!(holder("hash-1").await, None);
    assert_eq!(holder("hash-2").await.as_deref(), Some("second"));

    let mut tx = bench.store.write("second").await.unwrap();
    let used = one_time_links::use_up(&mut tx, "hash-2", at(2)).await;
    assert!(used.unwrap());
    let mut operator = user(&tx);
    operator.role = Role::Operator;
    users::insert(&mut tx, &operator, "a hash").await.unwrap();
    tx.commit().await.unwrap();
    assert!(users::has_operator(&mut system(bench).await).await.unwrap());
    assert_eq!(holder("hash-2").await, None);
}

pub async fn a_deleted_user_takes_their_sessions_along(bench: &Bench) {
    accounts_of_both(bench).await;
    behind_its_back(bench, "DELETE FROM users WHERE owner_id = 'alice'").await;
    let mut tx = system(bench).await;
    for (owner, says) in [(ALICE, false), (BOB, true)] {
        let session = auth_sessions::holder(&mut tx, &format!("session-{owner}"), at(1)).await;
        let token = api_tokens::holder(&mut tx, &format!("token-{owner}"), at(1)).await;
        assert_eq!(session.unwrap().is_some(), says, "{owner}");
        assert_eq!(token.unwrap().is_some(), says, "{owner}");
    }
}

pub async fn people_of_issuers_are_told_apart_by_their_ids_alone(bench: &Bench) {
    accounts_of_both(bench).await;
    let address = Some("alice@example.org".to_owned());
    for (owner, email) in [("one", &address), ("other", &address), ("third", &None)] {
        let mut tx = bench.store.write(owner).await.unwrap();
        let mut person = user(&tx);
        person.email = email.clone();
        for first in [true, false] {
            let new = users::insert_outside(&mut tx, &person, "https://id.example").await;
            assert_eq!(new.unwrap(), first, "{owner}");
        }
        tx.commit().await.unwrap();
    }
    let mut tx = system(bench).await;
    let signs_in = users::by_email(&mut tx, "alice@example.org").await.unwrap();
    assert_eq!(
        signs_in.unwrap().user.id,
        ALICE,
        "no issuer's address has a password"
    );
    let named = async |tx: &mut SystemTx, name: &str| -> Vec<String> {
        let found = users::named(tx, name).await.unwrap();
        found.into_iter().map(|account| account.user.id).collect()
    };
    assert_eq!(
        named(&mut tx, "alice@example.org").await,
        [ALICE, "one", "other"]
    );
    assert_eq!(named(&mut tx, "third").await, ["third"]);
    assert_eq!(named(&mut tx, "nobody").await, [""; 0]);
    let (mut all, mut after) = (Vec::new(), String::new());
    while let Some(last) = users::list(&mut tx, &after, 2).await.unwrap().last() {
        after.clone_from(&last.user.id);
        all.push(last.issuer.is_some());
    }
    assert_eq!(
        all,
        [false, true, true],
        "alice and bob, one and other, third"
    );
}

pub async fn an_account_is_looked_after_by_the_system_and_deleted_by_its_owner(bench: &Bench) {
    for (owner, base) in [(ALICE, 0), (BOB, 100)] {
        let mut tx = bench.store.write(owner).await.unwrap();
        store_world(&mut tx, base).await;
        store_account(&mut tx).await;
        tx.commit().await.unwrap();
    }
    let mut tx = bench.store.system().await.unwrap();
    users::set_role(&mut tx, ALICE, Role::Operator)
        .await
        .unwrap();
    users::set_disabled(&mut tx, ALICE, Some(at(7)))
        .await
        .unwrap();
    users::set_email(&mut tx, ALICE, None).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.write().await;
    let account = users::find(&mut tx).await.unwrap().unwrap();
    assert_eq!(
        (account.user.role, account.disabled_at),
        (Role::Operator, Some(at(7)))
    );
    assert!(account.user.email.is_some(), "by it they sign in");

    let left = users::delete(&mut tx).await;
    assert!(
        matches!(left, Err(StoreError::Conflict(_))),
        "documents must go before: {left:?}"
    );
    drop(tx);
    let mut tx = bench.write().await;
    for document in documents::ids(&mut tx).await.unwrap() {
        documents::delete(&mut tx, document).await.unwrap();
    }
    users::delete(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.write().await;
    assert_eq!(users::find(&mut tx).await.unwrap(), None);
    drop(tx);
    let mut tx = bench.bob().await;
    assert!(users::find(&mut tx).await.unwrap().is_some());
    assert!(!documents::ids(&mut tx).await.unwrap().is_empty());
}

pub async fn what_has_ended_is_deleted_and_nothing_else(bench: &Bench) {
    accounts_of_both(bench).await;
    // PostgreSQL itself looks at the clock, too.
    let ended = |n: i64| Timestamp::from_timestamp(1_600_000_000 + n, 0).unwrap();
    let mut tx = bench.write().await;
    let mut session = auth_session(10, 1);
    (session.created_at, session.expires_at) = (ended(0), ended(1));
    auth_sessions::insert(&mut tx, &session, "old session")
        .await
        .unwrap();
    let mut token = api_token(11, None);
    token.expires_at = Some(ended(1));
    api_tokens::insert(&mut tx, &token, "old token")
        .await
        .unwrap();
    one_time_links::put_invitation(&mut tx, "old link", ended(0), ended(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for (moment, count) in [(ended(0), 0), (ended(1), 3), (ended(2), 0)] {
        let mut tx = bench.store.system().await.unwrap();
        assert_eq!(holder::delete_ended(&mut tx, moment).await.unwrap(), count);
        tx.commit().await.unwrap();
    }
    let mut tx = bench.write().await;
    assert_eq!(auth_sessions::list(&mut tx, at(1)).await.unwrap().len(), 1);
    assert_eq!(api_tokens::list(&mut tx).await.unwrap().len(), 1);
    assert!(
        one_time_links::use_up(&mut tx, "link-alice", at(1))
            .await
            .unwrap()
    );
}
