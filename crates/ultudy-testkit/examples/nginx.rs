//! nginx as shipped before the API servers at these ports, until the end of standard input: prints its own
//! port and its process.
#![allow(clippy::print_stdout, reason = "it prints where it listens")]

use ultudy_testkit::{Result, nginx::Nginx};

fn main() -> Result<()> {
    let ports = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let nginx = Nginx::start(&ports.collect::<Vec<_>>())?;
    println!("{} {}", nginx.port(), nginx.pid());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    let errors = nginx.error_log();
    if !errors.is_empty() {
        eprintln!("nginx complains:\n{errors}");
    }
    Ok(())
}
