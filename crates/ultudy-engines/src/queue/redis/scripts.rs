//! The scripts, one a transition. Each is sent once a server and then called by its hash.

use std::sync::LazyLock;

use redis::Script;

/// One of these files, behind what it builds upon.
macro_rules! script {
    ($($name:ident = $($file:literal),+;)+) => {$(
        pub(super) static $name: LazyLock<Script> = LazyLock::new(|| {
            Script::new(concat!(include_str!("lua/common.lua"), $(include_str!($file)),+))
        });
    )+};
}

script! {
    COUNTS = "lua/counts.lua";
    ADD = "lua/place.lua", "lua/add.lua";
    CLAIM = "lua/place.lua", "lua/upkeep.lua", "lua/claim.lua";
    RENEW = "lua/renew.lua";
    FINISH = "lua/finish.lua";
    RELEASE = "lua/place.lua", "lua/release.lua";
    REMOVE = "lua/place.lua", "lua/remove.lua";
    MISSING = "lua/missing.lua";
    COMPLETE = "lua/complete.lua";
    ENDED = "lua/ended.lua";
}
