"""Futures and options: blocks and fields of each TR; ``ls_fields`` says how to read them."""

FO = """
t2111 /futureoption/market-data 10/5
 <t2111InBlock focode
 >t2111OutBlock hname price.2 sign change.2 jnilclose.2 diff.2 volume# value# mgjv# mgjvdiff# open.2
  high.2 low.2 uplmtprice.2 dnlmtprice.2 high52w.2 low52w.2 basis.2 recprice.2 theoryprice.2 glyl.3
  cbhprice.2 cblprice.2 lastmonth jandatecnt# pricejisu.2 jisusign jisuchange.2 jisudiff.2 kospijisu.2
  kospisign kospichange.2 kospidiff.2 listhprice.2 listlprice.2 delt.4 gama.4 ceta.4 vega.4 rhox.4
  gmprice.2 gmsign gmchange.2 gmdiff.2 theorypriceg.2 histimpv.3 impv.3 sbasis.2 ibasis.2 gmfutcode
  actprice.2 greeks_time greeks_confirm danhochk yeprice.2 jnilysign jnilychange.2 jnilydrate.2
  alloc_gubun bjandatecnt# focode dy_gubun dy_uplmtprice.2 dy_dnlmtprice.2 updnstep_gubun upstep dnstep
  uplmtprice_3rd.2 dnlmtprice_3rd.2 expct_ccls_q#
t2112 /futureoption/market-data 10/5
 <t2112InBlock shcode
 >t2112OutBlock hname price.2 sign change.2 diff.2 volume# stimeqrt.2 jnilclose.2 offerho1.2 bidho1.2
  offerrem1# bidrem1# dcnt1# scnt1# offerho2.2 bidho2.2 offerrem2# bidrem2# dcnt2# scnt2# offerho3.2
  bidho3.2 offerrem3# bidrem3# dcnt3# scnt3# offerho4.2 bidho4.2 offerrem4# bidrem4# dcnt4# scnt4#
  offerho5.2 bidho5.2 offerrem5# bidrem5# dcnt5# scnt5# dvol# svol# toffernum# tbidnum# time shcode
t2101 /futureoption/market-data -/-
 <t2101InBlock focode
 >t2101OutBlock hname price.2 sign change.2 jnilclose.2 diff.2 volume# value# mgjv# mgjvdiff# open.2
  high.2 low.2 uplmtprice.2 dnlmtprice.2 high52w.2 low52w.2 basis.2 recprice.2 theoryprice.2 glyl.3
  cbhprice.2 cblprice.2 lastmonth jandatecnt# pricejisu.2 jisusign jisuchange.2 jisudiff.2 kospijisu.2
  kospisign kospichange.2 kospidiff.2 listhprice.2 listlprice.2 delt.4 gama.4 ceta.4 vega.4 rhox.4
  gmprice.2 gmsign gmchange.2 gmdiff.2 theorypriceg.2 histimpv.2 impv.2 sbasis.2 ibasis.2 gmfutcode
  actprice.2 greeks_time greeks_confirm danhochk yeprice.2 jnilysign jnilychange.2 jnilydrate.2
  alloc_gubun bjandatecnt# focode dy_gubun dy_uplmtprice.2 dy_dnlmtprice.2 updnstep_gubun upstep dnstep
  uplmtprice_3rd.2 dnlmtprice_3rd.2 expct_ccls_q#
t2105 /futureoption/market-data -/-
 <t2105InBlock shcode
 >t2105OutBlock =t2112
t2301 /futureoption/market-data 2/3
 <t2301InBlock yyyymm gubun
 >t2301OutBlock histimpv# jandatecnt# cimpv.3 pimpv.3 gmprice.2 gmsign gmchange.2 gmdiff.2 gmvolume#
  gmshcode
 >t2301OutBlock1[] actprice.2 optcode price.2 sign change.2 diff.2 volume# iv.2 mgjv# mgjvupdn#
  offerho1.2 bidho1.2 cvolume# delt.4 gama.4 vega.4 ceta.4 rhox.4 theoryprice.2 impv.2 timevl.2 jvolume#
  parpl# jngo# offerrem1# bidrem1# open.2 high.2 low.2 atmgubun jisuconv.2 value'
 >t2301OutBlock2[] actprice.2 optcode price.2 sign change.2 diff.2 volume# iv.2 mgjv# mgjvupdn#
  offerho1.2 bidho1.2 cvolume# delt.4 gama.4 vega.4 ceta.4 rhox.4 theoryprice.2 impv.2 timevl.2 jvolume#
  parpl# jngo# offerrem1# bidrem1# open.2 high.2 low.2 atmgubun jisuconv.2 value'
t8434 /futureoption/market-data 3/5
 <t8434InBlock qrycnt# focode
 >t8434OutBlock1[] hname price.2 sign change.2 diff.2 volume# checnt# focode
t8467 /futureoption/market-data 2/3
 <t8467InBlock gubun
 >t8467OutBlock[] hname shcode expcode uplmtprice.2 dnlmtprice.2 jnilclose.2 jnilhigh.2 jnillow.2
  recprice.2
t8432 /futureoption/market-data -/-
 <t8432InBlock gubun
 >t8432OutBlock[] =t8467
t9943 /futureoption/market-data 2/3
 <t9943InBlock gubun
 >t9943OutBlock[] hname shcode expcode
t8433 /futureoption/market-data 2/3
 <t8433InBlock dummy
 >t8433OutBlock[] hname shcode expcode hprice.2 lprice.2 jnilclose.2 jnilhigh.2 jnillow.2 recprice.2
t9944 /futureoption/market-data 2/3
 <t9944InBlock dummy
 >t9944OutBlock[] hname shcode expcode
t8435 /futureoption/market-data 2/3
 <t8435InBlock gubun
 >t8435OutBlock[] =t8467
t8455 /futureoption/market-data 2/3
 <t8455InBlock gubun
 >t8455OutBlock[] hname shcode expcode tradeunit.8 atmgb
t8456 /futureoption/market-data 10/3
 <t8456InBlock focode
 >t8456OutBlock hname price.2 sign change.2 jnilclose.2 diff.2 volume# value# open.2 high.2 low.2
  recprice.2 theoryprice.2 actprice.2 impv.2 timevl.2 kospijisu.2 kospisign kospichange.2 kospidiff.2
  cmeprice.2 cmesign cmechange.2 cmediff.2 cmefocode uplmtprice.2 dnlmtprice.2 focode yeprice.2 ysign
  ychange.2 ydiff.2 danhochk jnilvolume# jnilvalue# uplmtprice_3rd.2 dnlmtprice_3rd.2 ndv_uplmtprice.2
  ndv_dnlmtprice.2 ndv_rt_uplmtprice.2 ndv_rt_dnlmtprice.2
t8457 /futureoption/market-data 10/3
 <t8457InBlock shcode
 >t8457OutBlock =t2112 -stimeqrt
t8460 /futureoption/market-data 2/3
 <t8460InBlock yyyymm gubun
 >t8460OutBlock gmprice.2 gmsign gmchange.2 gmdiff.2 gmvolume# gmshcode
 >t8460OutBlock1[] actprice.2 optcode price.2 sign change.2 diff.2 volume# offerho1.2 bidho1.2 cvolume#
  impv.2 timevl.2 offerrem1# bidrem1# open.2 high.2 low.2 atmgubun jisuconv.2
 >t8460OutBlock2[] actprice.2 optcode price.2 sign change.2 diff.2 volume# offerho1.2 bidho1.2 cvolume#
  impv.2 timevl.2 offerrem1# bidrem1# open.2 high.2 low.2 atmgubun jisuconv.2
t8464 /futureoption/chart 1/3
 <t8464InBlock shcode ncnt# qrycnt# nday sdate stime edate etime cts_date cts_time comp_yn
 >t8464OutBlock shcode jisiga.2 jihigh.2 jilow.2 jiclose.2 jivolume# disiga.2 dihigh.2 dilow.2 diclose.2
  highend.2 lowend.2 cts_date cts_time s_time e_time dshmin rec_count#
 >t8464OutBlock1[] date time open.2 high.2 low.2 close.2 jdiff_vol# openyak#
t8465 /futureoption/chart 1/3
 <t8465InBlock =t8464
 >t8465OutBlock =t8464
 >t8465OutBlock1[] date time open.2 high.2 low.2 close.2 jdiff_vol# value# openyak#
t8466 /futureoption/chart 1/3
 <t8466InBlock shcode gubun qrycnt# sdate edate cts_date comp_yn
 >t8466OutBlock =t8464 -cts_time
 >t8466OutBlock1[] =t8465 -time
t8414 /futureoption/chart -/-
 <t8414InBlock =t8464
 >t8414OutBlock =t8464
 >t8414OutBlock1[] =t8464
t8415 /futureoption/chart -/-
 <t8415InBlock =t8464
 >t8415OutBlock =t8464
 >t8415OutBlock1[] =t8465
t8416 /futureoption/chart -/-
 <t8416InBlock shcode gubun qrycnt# sdate edate cts_date comp_yn
 >t8416OutBlock =t8466
 >t8416OutBlock1[] =t8466
t8461 /futureoption/chart 1/1
 <t8461InBlock focode cgubun bgubun cnt#
 >t8461OutBlock1[] chetime price.2 sign change.2 open.2 high.2 low.2 volume' cvolume# s_mschecnt#
  s_mdchecnt# ss_mschecnt# s_mschevol' s_mdchevol' ss_mschevol' chdegvol.2 chdegcnt.2
CFOAT00100 /futureoption/order 10/10
 <CFOAT00100InBlock1 FnoIsuNo BnsTpCode FnoOrdprcPtnCode FnoOrdPrc# OrdQty#
 >CFOAT00100OutBlock1 RecCnt# OrdMktCode AcntNo Pwd FnoIsuNo BnsTpCode FnoOrdPtnCode FnoOrdprcPtnCode
  FnoTrdPtnCode FnoOrdPrc.8 OrdQty# CommdaCode DscusBnsCmpltTime GrpId OrdSeqno# PtflNo# BskNo# TrchNo#
  ItemNo# OpDrtnNo MgempNo FundId FundOrdNo#
 >CFOAT00100OutBlock2 RecCnt# OrdNo# BrnNm AcntNm IsuNm OrdAbleAmt# MnyOrdAbleAmt# OrdMgn# MnyOrdMgn#
  OrdAbleQty#
CFOAT00200 /futureoption/order 10/10
 <CFOAT00200InBlock1 FnoIsuNo OrgOrdNo# FnoOrdprcPtnCode FnoOrdPrc# MdfyQty#
 >CFOAT00200OutBlock1 RecCnt# OrdMktCode AcntNo Pwd FnoIsuNo FnoOrdPtnCode OrgOrdNo# FnoOrdprcPtnCode
  FnoOrdPrc.8 MdfyQty# CommdaCode DscusBnsCmpltTime GrpId OrdSeqno# PtflNo# BskNo# TrchNo# ItemNo#
  MgempNo FundId FundOrgOrdNo# FundOrdNo#
 >CFOAT00200OutBlock2 =CFOAT00100
CFOAT00300 /futureoption/order 10/10
 <CFOAT00300InBlock1 FnoIsuNo OrgOrdNo# CancQty#
 >CFOAT00300OutBlock1 RecCnt# OrdMktCode AcntNo Pwd FnoIsuNo FnoOrdPtnCode OrgOrdNo# CancQty# CommdaCode
  DscusBnsCmpltTime GrpId OrdSeqno# PtflNo# BskNo# TrchNo# ItemNo# MgempNo FundId FundOrgOrdNo#
  FundOrdNo#
 >CFOAT00300OutBlock2 =CFOAT00100
CCENT00100 /futureoption/order 5/5
 <CCENT00100InBlock1 FnoIsuNo BnsTpCode FnoOrdprcPtnCode FnoOrdPrc# OrdQty#
 >CCENT00100OutBlock1 =CFOAT00100
 >CCENT00100OutBlock2 =CFOAT00100
CCENT00200 /futureoption/order 5/5
 <CCENT00200InBlock1 FnoIsuNo OrgOrdNo# FnoOrdprcPtnCode FnoOrdPrc# MdfyQty#
 >CCENT00200OutBlock1 =CFOAT00200
 >CCENT00200OutBlock2 =CFOAT00100
CCENT00300 /futureoption/order 5/5
 <CCENT00300InBlock1 FnoIsuNo OrgOrdNo# CancQty#
 >CCENT00300OutBlock1 =CFOAT00300
 >CCENT00300OutBlock2 =CFOAT00100
CFOAQ00600 /futureoption/accno 1/10
 <CFOAQ00600InBlock1 QrySrtDt QryEndDt FnoClssCode PrdgrpCode PrdtExecTpCode StnlnSeqTp CommdaCode
 >CFOAQ00600OutBlock1 RecCnt# AcntNo InptPwd QrySrtDt QryEndDt FnoClssCode PrdgrpCode PrdtExecTpCode
  StnlnSeqTp CommdaCode
 >CFOAQ00600OutBlock2 RecCnt# AcntNm FutsOrdQty# FutsExecQty# OptOrdQty# OptExecQty#
 >CFOAQ00600OutBlock3[] OrdDt OrdNo# OrgOrdNo# OrdTime FnoIsuNo IsuNm BnsTpNm MrcTpNm FnoOrdprcPtnCode
  FnoOrdprcPtnNm OrdPrc.2 OrdQty# OrdTpNm ExecTpNm ExecPrc.2 ExecQty# CtrctTime CtrctNo# ExecNo#
  BnsplAmt# UnercQty# UserId CommdaCode CommdaCodeNm
CFOAQ10100 /futureoption/accno 1/10
 <CFOAQ10100InBlock1 QryTp OrdAmt# RatVal# FnoIsuNo BnsTpCode FnoOrdPrc# FnoOrdprcPtnCode
 >CFOAQ10100OutBlock1 RecCnt# AcntNo Pwd QryTp OrdAmt# RatVal.8 FnoIsuNo BnsTpCode FnoOrdPrc.8
  FnoOrdprcPtnCode
 >CFOAQ10100OutBlock2 RecCnt# AcntNm QryDt FnoNowPrc.8 OrdAbleQty# NewOrdAbleQty# LqdtOrdAbleQty#
  UsePreargMgn# UsePreargMnyMgn# OrdAbleAmt# MnyOrdAbleAmt#
CFOAQ50600 /futureoption/accno 1/-
 <CFOAQ50600InBlock1 OrdDt BalEvalTp FutsPrcEvalTp LqdtQtyQryTp
 >CFOAQ50600OutBlock1 RecCnt# LqdtQtyQryTp FutsPrcEvalTp BalEvalTp OrdDt InptPwd AcntNo
 >CFOAQ50600OutBlock2 RecCnt# EvalRat BaseEvalAmt# NetPnlAmt# TotPnlAmt# OptBnsAmt# FutsAdjstDfamt#
  OptBnsplAmt# OptEvalAmt# OptEvalPnlAmt# FutsEvalPnlAmt# RcvblOdpnt# RcvblAmt# CmsnAmt# MnyAddMgn#
  AddMgnTotamt# MnyMaintMgn# MtmgnTotamt# MnyCsgnMgn# CsgnMgnTotamt# MnyOrdAbleAmt# OrdAbleTotAmt#
  PsnOutAbleSubstAmt# PsnOutAbleCurAmt# PsnOutAbleTotAmt# FcurrSubstAmt# DpstgSubst# DpstgMny#
  DpsamtTotamt# MnyEvalDpstgAmt# EvalDpsamtTotamt# AcntNm AcntEvalRat
 >CFOAQ50600OutBlock3[] FnoIsuNo BnsplAmt# LqdtAbleQty# EvalRat EvalPnl# EvalAmt# FnoCmpPrc PnlRat
  FnoNowPrc FnoAvrPrc UnsttQty# BnsTpNm BnsTpCode IsuNm
CFOBQ10500 /futureoption/accno 1/10
 <CFOBQ10500InBlock1
 >CFOBQ10500OutBlock1 RecCnt# AcntNo Pwd
 >CFOBQ10500OutBlock2 RecCnt# AcntNm DpsamtTotamt# Dps# SubstAmt# FilupDpsamtTotamt# FilupDps#
  FutsPnlAmt# WthdwAbleAmt# PsnOutAbleCurAmt# PsnOutAbleSubstAmt# Mgn# MnyMgn# OrdAbleAmt# MnyOrdAbleAmt#
  AddMgn# MnyAddMgn# AmtPrdayChckInAmt# FnoPrdaySubstSellAmt# FnoCrdaySubstSellAmt# FnoPrdayFdamt#
  FnoCrdayFdamt# FcurrSubstAmt# FnoAcntAfmgnNm
 >CFOBQ10500OutBlock3[] PdGrpCodeNm NetRiskMgn# PrcMgn# SprdMgn# PrcFlctMgn# MinMgn# OrdMgn#
  OptNetBuyAmt# CsgnMgn# MaintMgn# FutsBuyExecAmt# FutsSellExecAmt# OptBuyExecAmt# OptSellExecAmt#
  FutsPnlAmt# TotRiskCsgnMgn# UndCsgnMgn# MgnRdctAmt#
t0434 /futureoption/accno 2/10
 <t0434InBlock expcode chegb sortgb cts_ordno
 >t0434OutBlock cts_ordno
 >t0434OutBlock1[] ordno# orgordno# medosu ordgb qty# price.2 cheqty# cheprice.2 ordrem# status ordtime
  ordermtd expcode rtcode sysprocseq# hogatype
t0441 /futureoption/accno 1/10
 <t0441InBlock cts_expcode cts_medocd
 >t0441OutBlock tdtsunik# cts_expcode cts_medocd tappamt# tsunik#
 >t0441OutBlock1[] expcode medosu jqty# cqty# pamt.2 mamt# medocd dtsunik# sysprocseq# price.2 appamt#
  dtsunik1# sunikrt.2
CCENQ10100 /futureoption/accno 1/10
 <CCENQ10100InBlock1 RecCnt# QryTp OrdAmt# RatVal# FnoIsuNo BnsTpCode FnoOrdPrc# FnoOrdprcPtnCode
 >CCENQ10100OutBlock1 =CFOAQ10100
 >CCENQ10100OutBlock2 =CFOAQ10100
CCENQ30100 /futureoption/accno 1/3
 <CCENQ30100InBlock1 RecCnt# QrySrtDt QryEndDt FnoClssCode PrdgrpCode PrdtExecTpCode StnlnSeqTp MktTpCode
  CommdaCode FnoIsuNo FnoTrdPtnCode GrpId UserId SrtOrdNo2#
 >CCENQ30100OutBlock1 RecCnt# AcntNo InptPwd QrySrtDt QryEndDt FnoClssCode PrdgrpCode PrdtExecTpCode
  StnlnSeqTp MktTpCode CommdaCode FnoIsuNo FnoTrdPtnCode GrpId UserId SrtOrdNo2#
 >CCENQ30100OutBlock2 RecCnt# AcntNm FutsOrdQty# FutsExecQty# OptOrdQty# OptExecQty#
 >CCENQ30100OutBlock3[] OrdDt OrdNo# OrgOrdNo# OrdTime FnoIsuNo IsuNm BnsTpNm MrcTpNm FnoOrdprcPtnCode
  FnoOrdprcPtnNm FnoOrdPrc' OrdQty# OrdTpNm ExecTpNm FnoExecPrc' ExecQty# CtrctTime CtrctNo# ExecNo#
  BnsplAmt# UnercQty# UserId MktClssCodeNm CommdaCode CommdaCodeNm IpAddr TrdPtnTpNm GrpId
CCENQ90200 /futureoption/accno 1/1
 <CCENQ90200InBlock1 RecCnt# BalEvalTp FutsPrcEvalTp
 >CCENQ90200OutBlock1 RecCnt# AcntNo InptPwd BalEvalTp FutsPrcEvalTp
 >CCENQ90200OutBlock2 RecCnt# AcntNm EvalDpsamtTotamt# MnyEvalDpstgAmt# DpsamtTotamt# DpstgMny#
  DpstgSubst# PsnOutAbleTotAmt# PsnOutAbleCurAmt# PsnOutAbleSubstAmt# OrdAbleTotAmt# MnyOrdAbleAmt#
  CsgnMgnTotamt# MnyCsgnMgn# MtmgnTotamt# MnyMaintMgn# EvalAmtSum# RcvblOdpnt# AddMgnTotamt# EvalPnlSum#
  RcvblAmt# MnyAddMgn# FutsEvalPnlAmt# OptEvalPnlAmt# OptEvalAmt#
 >CCENQ90200OutBlock3[] FnoIsuNo IsuNm BnsTpCode BnsTpNm UnsttQty# FnoAvrPrc' FnoNowPrc' FnoCmpPrc'
  EvalPnl# PnlRat' FnoTrdUnitAmt' EvalAmt# EvalRat' BnsplAmt#
MMDAQ91200 /futureoption/etc -/-
 <MMDAQ91200InBlock1 IsuLgclssCode IsuMdclssCode
 >MMDAQ91200OutBlock1 RecCnt# IsuLgclssCode IsuMdclssCode
 >MMDAQ91200OutBlock2[] IsuSmclssCode IsuMdclssCode IsuLrgMdclssNm IsuLrgMidSmclssNm ShtnHanglIsuNm
  CsgnMgnrt.9 MaintMgnrt.9 MnyMgnrt.9 RmndDays# OnePrcntrOrdMgn#
"""
