"""Units of measure and their conversion, about sixty of them in nine dimensions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: ``factor`` base units make one of it, after adding ``shift`` (temperatures only)."""

    name: str
    dimension: str
    factor: float
    shift: float = 0.0


_TABLE = """
length meter 1 | metre meters metres m
length kilometer 1000 | kilometre kilometers kilometres km kms
length centimeter 0.01 | centimetre centimeters centimetres cm cms
length millimeter 0.001 | millimetre millimeters millimetres mm
length micrometer 0.000001 | micrometers micron microns
length nanometer 0.000000001 | nanometers nm
length mile 1609.344 | miles mi
length yard 0.9144 | yards yd yds
length foot 0.3048 | feet ft
length inch 0.0254 | inches in
length nautical_mile 1852 | nautical-mile nautical-miles
length light_year 9460730472580800 | light-year light-years lightyears
mass gram 1 | grams gramme grammes g
mass kilogram 1000 | kilograms kilo kilos kg kgs
mass milligram 0.001 | milligrams mg
mass pound 453.59237 | pounds lb lbs
mass ounce 28.349523125 | ounces oz
mass stone 6350.29318 | stones st
mass tonne 1000000 | tonnes metric-ton metric-tons
mass ton 907184.74 | tons
volume liter 1 | litre liters litres l
volume milliliter 0.001 | millilitre milliliters millilitres ml
volume centiliter 0.01 | centilitre centiliters centilitres cl
volume deciliter 0.1 | decilitre deciliters decilitres dl
volume gallon 3.785411784 | gallons gal
volume quart 0.946352946 | quarts qt
volume pint 0.473176473 | pints pt
volume cup 0.2365882365 | cups
volume fluid_ounce 0.0295735295625 | fluid-ounce fluid-ounces fl-oz
volume tablespoon 0.01478676478125 | tablespoons tbsp
volume teaspoon 0.00492892159375 | teaspoons tsp
volume cubic_meter 1000 | cubic-meter cubic-meters
time second 1 | seconds sec secs s
time minute 60 | minutes min mins
time hour 3600 | hours hr hrs h
time day 86400 | days
time week 604800 | weeks
time fortnight 1209600 | fortnights
time month 2629746 | months
time year 31556952 | years yr yrs
time millisecond 0.001 | milliseconds ms
speed meter_per_second 1 | meters-per-second metres-per-second m/s
speed kilometer_per_hour 0.2777777777777778 | kilometers-per-hour kilometres-per-hour kph km/h kmh
speed mile_per_hour 0.44704 | miles-per-hour mph
speed knot 0.5144444444444445 | knots kt
area square_meter 1 | square-meter square-meters square-metres
area square_kilometer 1000000 | square-kilometer square-kilometers
area square_foot 0.09290304 | square-foot square-feet sqft
area square_mile 2589988.110336 | square-mile square-miles
area acre 4046.8564224 | acres
area hectare 10000 | hectares ha
data bit 0.125 | bits
data byte 1 | bytes
data kilobyte 1000 | kilobytes kb
data megabyte 1000000 | megabytes mb megs
data gigabyte 1000000000 | gigabytes gb gigs
data terabyte 1000000000000 | terabytes tb
energy joule 1 | joules
energy kilojoule 1000 | kilojoules kj
energy calorie 4.184 | calories cal
energy kilocalorie 4184 | kilocalories kcal
energy kilowatt_hour 3600000 | kilowatt-hour kilowatt-hours kwh
pressure pascal 1 | pascals
pressure bar 100000 | bars
pressure psi 6894.757293168 |
pressure atmosphere 101325 | atmospheres atm
angle degree_angle 1 |
angle radian 57.29577951308232 | radians
count dozen 12 |
temperature celsius 1 | centigrade c °c degrees-celsius degrees-c
temperature fahrenheit 0.5555555555555556 | f °f degrees-fahrenheit degrees-f
temperature kelvin 1 | kelvins k
"""
_SHIFTS = {"celsius": 0.0, "fahrenheit": -32.0, "kelvin": -273.15}


def _read_table() -> tuple[dict[str, Unit], dict[str, str]]:
    units: dict[str, Unit] = {}
    names: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        head, _, aliases = line.partition("|")
        dimension, name, factor = head.split()
        units[name] = Unit(name, dimension, float(factor), _SHIFTS.get(name, 0.0))
        for alias in (name, *aliases.split()):
            names[alias.replace("-", " ").replace("_", " ")] = name
    return units, names


UNITS, UNIT_NAMES = _read_table()
"""``UNITS`` maps a unit's name to its definition; ``UNIT_NAMES`` every spelling (plural, short form) to the name."""


def unit_named(text: str) -> str | None:
    """Return the name of the unit that a word such as "kms" or "fluid ounces" stands for, or None."""
    words = " ".join(text.lower().strip(" .?").replace("-", " ").replace("_", " ").split())
    return UNIT_NAMES.get(words) or UNIT_NAMES.get(words.removeprefix("us ").removeprefix("degrees ")) or None


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Return ``value`` of one unit in another.

    Raises:
        ValueError: a unit is not known, or the two do not measure the same thing.
    """
    source, target = unit_named(from_unit), unit_named(to_unit)
    if source is None or target is None:
        raise ValueError(f"I do not know the unit {from_unit if source is None else to_unit}.")
    first, second = UNITS[source], UNITS[target]
    if first.dimension != second.dimension:
        raise ValueError(f"I cannot turn {source.replace('_', ' ')}s into {target.replace('_', ' ')}s.")
    return (value + first.shift) * first.factor / second.factor - second.shift
