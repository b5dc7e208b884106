//! Telling the simulated shop what it is to show.

mod floor;
mod goods;
mod pages;
mod said;
mod shapes;
mod shop;
mod stock;
mod trouble;
