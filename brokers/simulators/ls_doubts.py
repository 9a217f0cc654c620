"""What the reference leaves open about LS: each a switch, so that a client can be tried both ways."""

from dataclasses import dataclass


@dataclass
class Doubts:
    """Defaults are what was seen live; where nothing was, the guide's samples.

    price_scale: of the prices in t0434 and t0441, 100 ("34225.00" is 342.25) or 1.
    accepted_first: the acceptance event (O01, SC0) leaves before the HTTP reply, not after it.
    token_status, rate_status, type_status: HTTP status of IGW00121 and 00123, IGW00201, IGW40011. With 200
        the code comes as a rsp_cd.
    oauth_shape: of refusals by /oauth2/token: "igw" (rsp_cd, rsp_msg) or "oauth" (error_code and
        error_description). oauth_status: their HTTP status.
    modified, cancelled: success codes; the guide prints 00132 and 00156.
    moves_lots: MdfyQty lots go to the new order and the rest stays; False: the new order has MdfyQty in all.
    root_field: H01's name of the order before: "ordordno" (samples) or "orgordno" (H02's table).
    newest_first: tick and minute charts come newest first.
    copied_cts: a chart's cts_* copied into the request gives the next page (the guide); False: the same.
    overlap: rows by which the older page, asked for by edate and etime, overlaps the newer.
    no_data_code: of account lists without rows, where they have a code of their own.
    sockets_die: sockets close when their token ends.
    day_end_told: orders that end with the session are told (H01); False: in silence.
    """

    price_scale: int = 100
    accepted_first: bool = False
    token_status: int = 500
    rate_status: int = 500
    type_status: int = 500
    oauth_shape: str = "igw"
    oauth_status: int = 403
    modified: str = "00462"
    cancelled: str = "00463"
    moves_lots: bool = True
    root_field: str = "ordordno"
    newest_first: bool = True
    copied_cts: bool = False
    overlap: int = 100
    no_data_code: str = "00707"
    sockets_die: bool = False
    day_end_told: bool = False
