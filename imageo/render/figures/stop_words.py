"""Words that say nothing of a place: they stand in any text of their language."""

# The commonest function words; English ones come with the library `wordcloud`.
_OTHERS = """
der die das den dem des ein eine einer eines einem einen und oder aber ist sind war waren wird werden wurde nicht auch
auf aus bei bis für im in ins mit nach von vom vor zu zum zur über unter an am als wie dass da so es er sie wir ihr sich
dies diese dieser dieses durch noch nur sehr hat haben kann können
le la les un une des du de au aux et ou mais est sont était dans sur sous avec pour par pas ne que qui quoi dont où ce
cette ces cet il elle ils elles on nous vous se sa son ses leur leurs en plus très être avoir peut comme
el los las una unos unas del al y o pero es son era fue en con por para sin sobre que quien cual cuyo como más muy no se
su sus lo este esta estos estas ese esa eso hay ser estar puede
il lo gli uno ed ma è sono era nel nella nei nelle dal dalla sul sulla con per tra fra che chi cui non si suo sua suoi
sue questo questa questi queste come più molto essere può di da
os as um uma uns umas do da dos das no na nos nas ao à e mas são foi em com por para sem sobre que quem não se seu sua
seus suas este esta estes estas isso há ser pode mais muito
het een van voor met op te bij naar uit maar ook dat deze dit zijn was wordt worden niet aan om als er
"""


def stop_words() -> frozenset[str]:
    """Function words of English, German, French, Spanish, Italian, Portuguese and Dutch, in lower case."""
    from wordcloud import STOPWORDS

    return frozenset(STOPWORDS) | frozenset(_OTHERS.split())
