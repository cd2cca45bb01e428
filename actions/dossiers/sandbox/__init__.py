"""The sandbox province: a made-up province's system that speaks LGSP and REST, with a clock that can be sped up."""
