"""Words that stand for one country: its name, its people, and the capital, which news means the government by. Pure."""

from __future__ import annotations

import re
from functools import cache

from .question import stems

_COUNTRIES = """
Afghanistan Afghan Kabul
Albania Albanian Tirana
Algeria Algerian Algiers
America American Washington
Argentina Argentine Argentinian
Armenia Armenian Yerevan
Australia Australian Canberra
Austria Austrian Vienna
Azerbaijan Azerbaijani Baku
Bangladesh Bangladeshi Dhaka
Belarus Belarusian Minsk
Belgium Belgian Brussels
Bolivia Bolivian
Bosnia Bosnian Sarajevo
Brazil Brazilian Brasilia
Britain British UK London
Bulgaria Bulgarian Sofia
Cambodia Cambodian
Canada Canadian Ottawa
Chile Chilean Santiago
China Chinese Beijing
Colombia Colombian Bogota
Croatia Croatian Zagreb
Cuba Cuban Havana
Czechia Czech Prague
Denmark Danish Copenhagen
Ecuador Ecuadorian Quito
Egypt Egyptian Cairo
England English
Estonia Estonian Tallinn
Ethiopia Ethiopian
Finland Finnish Helsinki
France French Paris
Georgia Georgian Tbilisi
Germany German Berlin
Ghana Ghanaian Accra
Greece Greek Athens
Hungary Hungarian Budapest
Iceland Icelandic Reykjavik
India Indian Delhi
Indonesia Indonesian Jakarta
Iran Iranian Tehran
Iraq Iraqi Baghdad
Ireland Irish Dublin
Israel Israeli
Italy Italian Rome
Japan Japanese Tokyo
Jordan Jordanian Amman
Kazakhstan Kazakh
Kenya Kenyan Nairobi
Latvia Latvian Riga
Lebanon Lebanese Beirut
Libya Libyan Tripoli
Lithuania Lithuanian Vilnius
Malaysia Malaysian
Mexico Mexican
Morocco Moroccan Rabat
Myanmar Burma Burmese
Nepal Nepalese Kathmandu
Netherlands Dutch Hague
Nigeria Nigerian Abuja
Norway Norwegian Oslo
Pakistan Pakistani Islamabad
Palestine Palestinian
Peru Peruvian Lima
Philippines Philippine Filipino Manila
Poland Polish Warsaw
Portugal Portuguese Lisbon
Qatar Qatari Doha
Romania Romanian Bucharest
Russia Russian Moscow Kremlin
Scotland Scottish Edinburgh
Serbia Serbian Belgrade
Slovakia Slovak Bratislava
Slovenia Slovenian Ljubljana
Somalia Somali Mogadishu
Spain Spanish Madrid
Sudan Sudanese Khartoum
Sweden Swedish Stockholm
Switzerland Swiss Bern
Syria Syrian Damascus
Taiwan Taiwanese Taipei
Thailand Thai Bangkok
Tunisia Tunisian Tunis
Turkey Turkish Ankara
Uganda Ugandan Kampala
Ukraine Ukrainian Kyiv
Venezuela Venezuelan Caracas
Vietnam Vietnamese Hanoi
Wales Welsh
Yemen Yemeni
Zimbabwe Zimbabwean Harare
"""
"""One country a line."""
_PEOPLE = re.compile(r"\b[A-Z]\w+(?:ese|ish|ian|ean|ican|man|ani|eli|aqi|ench|eek|tch|ech|wiss)\b")
PEOPLES = rf"(?:{'|'.join(sorted({*_PEOPLE.findall(_COUNTRIES), 'African', 'Asian', 'European'}))})"
"""A pattern of what people are called after their country."""


@cache
def compatriots() -> dict[str, frozenset[str]]:
    """Each Porter stem of a country's words, with the others.

    >>> sorted(compatriots()["china"])
    ['beij', 'chines']
    """
    groups = [frozenset(stems(line)) for line in _COUNTRIES.split("\n") if line]
    return {stem: group - {stem} for group in groups for stem in group}
