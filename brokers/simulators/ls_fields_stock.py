"""Stocks, conditions, news, the clock: blocks and fields of each TR; ``ls_fields`` says how to read them."""

STOCK = """
t1101 /stock/market-data 10/5
 <t1101InBlock shcode
 >t1101OutBlock hname price# sign change# diff.2 volume# jnilclose# offerho1# bidho1# offerrem1# bidrem1#
  preoffercha1# prebidcha1# offerho2# bidho2# offerrem2# bidrem2# preoffercha2# prebidcha2# offerho3#
  bidho3# offerrem3# bidrem3# preoffercha3# prebidcha3# offerho4# bidho4# offerrem4# bidrem4#
  preoffercha4# prebidcha4# offerho5# bidho5# offerrem5# bidrem5# preoffercha5# prebidcha5# offerho6#
  bidho6# offerrem6# bidrem6# preoffercha6# prebidcha6# offerho7# bidho7# offerrem7# bidrem7#
  preoffercha7# prebidcha7# offerho8# bidho8# offerrem8# bidrem8# preoffercha8# prebidcha8# offerho9#
  bidho9# offerrem9# bidrem9# preoffercha9# prebidcha9# offerho10# bidho10# offerrem10# bidrem10#
  preoffercha10# prebidcha10# offer# bid# preoffercha# prebidcha# hotime yeprice# yevolume# yesign
  yechange# yediff.2 tmoffer# tmbid# ho_status shcode uplmtprice# dnlmtprice# open# high# low#
  krx_midprice# krx_offermidsumrem# krx_bidmidsumrem# krx_midsumrem# krx_midsumremgubun
t1102 /stock/market-data 10/5
 <t1102InBlock shcode exchgubun
 >t1102OutBlock hname price# sign change# diff.2 volume# recprice# avg# uplmtprice# dnlmtprice#
  jnilvolume# volumediff# open# opentime high# hightime low# lowtime high52w# high52wdate low52w#
  low52wdate exhratio.2 per.2 pbrx.2 listing# jkrate# memedan offernocd1 bidnocd1 offerno1 bidno1 dvol1#
  svol1# dcha1# scha1# ddiff1.2 sdiff1.2 offernocd2 bidnocd2 offerno2 bidno2 dvol2# svol2# dcha2# scha2#
  ddiff2.2 sdiff2.2 offernocd3 bidnocd3 offerno3 bidno3 dvol3# svol3# dcha3# scha3# ddiff3.2 sdiff3.2
  offernocd4 bidnocd4 offerno4 bidno4 dvol4# svol4# dcha4# scha4# ddiff4.2 sdiff4.2 offernocd5 bidnocd5
  offerno5 bidno5 dvol5# svol5# dcha5# scha5# ddiff5.2 sdiff5.2 fwdvl# ftradmdcha# ftradmddiff.2 fwsvl#
  ftradmscha# ftradmsdiff.2 vol.2 shcode value# jvolume# highyear# highyeardate lowyear# lowyeardate
  target# capital# abscnt# parprice# gsmm subprice# total# listdate name bfsales# bfoperatingincome#
  bfordinaryincome# bfnetincome# bfeps.2 name2 bfsales2# bfoperatingincome2# bfordinaryincome2#
  bfnetincome2# bfeps2.2 salert.2 opert.2 ordrt.2 netrt.2 epsrt.2 info1 info2 info3 info4 janginfo
  t_per.2 tonghwa dval1# sval1# dval2# sval2# dval3# sval3# dval4# sval4# dval5# sval5# davg1# savg1#
  davg2# savg2# davg3# savg3# davg4# savg4# davg5# savg5# ftradmdval# ftradmsval# ftradmdvag# ftradmsvag#
  info5 spac_gubun issueprice# alloc_gubun alloc_text shterm_text svi_uplmtprice# svi_dnlmtprice#
  low_lqdt_gu abnormal_rise_gu lend_text ty_text nxt_janginfo nxt_shterm_text nxt_svi_uplmtprice#
  nxt_svi_dnlmtprice# ex_shcode
t8407 /stock/market-data 5/3
 <t8407InBlock nrec# shcode
 >t8407OutBlock1[] shcode hname price# sign change# diff.2 volume# offerho# bidho# cvolume# chdegree.2
  open# high# low# value# offerrem# bidrem# totofferrem# totbidrem# jnilclose# uplmtprice# dnlmtprice#
t8410 /stock/chart 1/3
 <t8410InBlock shcode gubun qrycnt# sdate edate cts_date comp_yn sujung
 >t8410OutBlock shcode jisiga# jihigh# jilow# jiclose# jivolume# disiga# dihigh# dilow# diclose# highend#
  lowend# cts_date s_time e_time dshmin rec_count# svi_uplmtprice# svi_dnlmtprice#
 >t8410OutBlock1[] date open# high# low# close# jdiff_vol# value# jongchk# rate.2 pricechk# ratevalue#
  sign
t8411 /stock/chart 1/3
 <t8411InBlock shcode ncnt# qrycnt# nday sdate stime edate etime cts_date cts_time comp_yn
 >t8411OutBlock shcode jisiga# jihigh# jilow# jiclose# jivolume# disiga# dihigh# dilow# diclose# highend#
  lowend# cts_date cts_time s_time e_time dshmin rec_count#
 >t8411OutBlock1[] date time open# high# low# close# jdiff_vol# jongchk# rate.2 pricechk#
t8412 /stock/chart 1/3
 <t8412InBlock =t8411
 >t8412OutBlock =t8411
 >t8412OutBlock1[] date time open# high# low# close# jdiff_vol# value# jongchk# rate.2 sign
t8430 /stock/etc 2/5
 <t8430InBlock gubun
 >t8430OutBlock[] hname shcode expcode etfgubun uplmtprice# dnlmtprice# jnilclose# memedan recprice#
  gubun
t8436 /stock/etc 2/5
 <t8436InBlock gubun
 >t8436OutBlock[] hname shcode expcode etfgubun uplmtprice# dnlmtprice# jnilclose# memedan recprice#
  gubun bu12gubun spac_gubun filler
t9945 /stock/market-data 2/3
 <t9945InBlock gubun
 >t9945OutBlock[] hname shcode expcode etfchk nxt_chk filler
t0424 /stock/accno 2/10
 <t0424InBlock prcgb chegb dangb charge cts_expcode
 >t0424OutBlock sunamt# dtsunik# mamt# sunamt1# cts_expcode tappamt# tdtsunik#
 >t0424OutBlock1[] expcode jangb janqty# mdposqt# pamt# mamt# sinamt# lastdt msat# mpms# mdat# mpmd#
  jsat# jpms# jdat# jpmd# sysprocseq# loandt hname marketgb jonggb janrt.2 price# appamt# dtsunik#
  sunikrt.2 fee# tax# sininter#
t0425 /stock/accno 2/10
 <t0425InBlock expcode chegb medosu sortgb cts_ordno
 >t0425OutBlock tqty# tcheqty# tordrem# cmss# tamt# tmdamt# tmsamt# tax# cts_ordno
 >t0425OutBlock1[] ordno# expcode medosu qty# price# cheqty# cheprice# ordrem# cfmqty# status orgordno#
  ordgb ordtime ordermtd sysprocseq# hogagb price1# orggb singb loandt exchname
CSPAT00601 /stock/order 10/10
 <CSPAT00601InBlock1 IsuNo OrdQty# OrdPrc# BnsTpCode OrdprcPtnCode MgntrnCode LoanDt OrdCndiTpCode MbrNo
 >CSPAT00601OutBlock1 RecCnt# AcntNo InptPwd IsuNo OrdQty# OrdPrc.2 BnsTpCode OrdprcPtnCode
  PrgmOrdprcPtnCode StslAbleYn StslOrdprcTpCode CommdaCode MgntrnCode LoanDt MbrNo OrdCndiTpCode
  StrtgCode GrpId OrdSeqNo# PtflNo# BskNo# TrchNo# ItemNo# OpDrtnNo LpYn CvrgTpCode
 >CSPAT00601OutBlock2 RecCnt# OrdNo# OrdTime OrdMktCode OrdPtnCode ShtnIsuNo MgempNo OrdAmt# SpareOrdNo#
  CvrgSeqno# RsvOrdNo# SpotOrdQty# RuseOrdQty# MnyOrdAmt# SubstOrdAmt# RuseOrdAmt# AcntNm IsuNm
CSPAT00701 /stock/order 3/3
 <CSPAT00701InBlock1 OrgOrdNo# IsuNo OrdQty# OrdprcPtnCode OrdCndiTpCode OrdPrc#
 >CSPAT00701OutBlock1 RecCnt# OrgOrdNo# AcntNo InptPwd IsuNo OrdQty# OrdprcPtnCode OrdCndiTpCode OrdPrc.2
  CommdaCode StrtgCode GrpId OrdSeqNo# PtflNo# BskNo# TrchNo# ItemNo#
 >CSPAT00701OutBlock2 RecCnt# OrdNo# PrntOrdNo# OrdTime OrdMktCode OrdPtnCode ShtnIsuNo PrgmOrdprcPtnCode
  StslOrdprcTpCode StslAbleYn MgntrnCode LoanDt CvrgOrdTp LpYn MgempNo OrdAmt# BnsTpCode SpareOrdNo#
  CvrgSeqno# RsvOrdNo# MnyOrdAmt# SubstOrdAmt# RuseOrdAmt# AcntNm IsuNm
CSPAT00801 /stock/order 3/3
 <CSPAT00801InBlock1 OrgOrdNo# IsuNo OrdQty#
 >CSPAT00801OutBlock1 RecCnt# OrgOrdNo# AcntNo InptPwd IsuNo OrdQty# CommdaCode GrpId StrtgCode OrdSeqNo#
  PtflNo# BskNo# TrchNo# ItemNo#
 >CSPAT00801OutBlock2 RecCnt# OrdNo# PrntOrdNo# OrdTime OrdMktCode OrdPtnCode ShtnIsuNo PrgmOrdprcPtnCode
  StslOrdprcTpCode StslAbleYn MgntrnCode LoanDt CvrgOrdTp LpYn MgempNo BnsTpCode SpareOrdNo# CvrgSeqno#
  RsvOrdNo# AcntNm IsuNm
CSPAQ12200 /stock/accno 1/1
 <CSPAQ12200InBlock1 BalCreTp
 >CSPAQ12200OutBlock1 RecCnt# MgmtBrnNo AcntNo Pwd BalCreTp
 >CSPAQ12200OutBlock2 RecCnt# BrnNm AcntNm MnyOrdAbleAmt# MnyoutAbleAmt# SeOrdAbleAmt# KdqOrdAbleAmt#
  BalEvalAmt# RcvblAmt# DpsastTotamt# PnlRat.6 InvstOrgAmt# InvstPlAmt# CrdtPldgOrdAmt# Dps# SubstAmt#
  D1Dps# D2Dps# MnyrclAmt# MgnMny# MgnSubst# ChckAmt# SubstOrdAbleAmt# MgnRat100pctOrdAbleAmt#
  MgnRat35ordAbleAmt# MgnRat50ordAbleAmt# PrdaySellAdjstAmt# PrdayBuyAdjstAmt# CrdaySellAdjstAmt#
  CrdayBuyAdjstAmt# D1ovdRepayRqrdAmt# D2ovdRepayRqrdAmt# D1PrsmptWthdwAbleAmt# D2PrsmptWthdwAbleAmt#
  DpspdgLoanAmt# Imreq# MloanAmt# ChgAfPldgRat.3 OrgPldgAmt# SubPldgAmt# RqrdPldgAmt# OrgPdlckAmt#
  PdlckAmt# AddPldgMny# D1OrdAbleAmt# CrdtIntdltAmt# EtclndAmt# NtdayPrsmptCvrgAmt# OrgPldgSumAmt#
  CrdtOrdAbleAmt# SubPldgSumAmt# CrdtPldgAmtMny# CrdtPldgSubstAmt# AddCrdtPldgMny# CrdtPldgRuseAmt#
  AddCrdtPldgSubst# CslLoanAmtdt1# DpslRestrcAmt# RcvblUablOrdAbleAmt#
CSPAQ22200 /stock/accno 1/10
 <CSPAQ22200InBlock1 BalCreTp
 >CSPAQ22200OutBlock1 RecCnt# MgmtBrnNo BalCreTp
 >CSPAQ22200OutBlock2 RecCnt# BrnNm AcntNm MnyOrdAbleAmt# SubstOrdAbleAmt# SeOrdAbleAmt# KdqOrdAbleAmt#
  CrdtPldgOrdAmt# MgnRat100pctOrdAbleAmt# MgnRat35ordAbleAmt# MgnRat50ordAbleAmt# CrdtOrdAbleAmt# Dps#
  SubstAmt# MgnMny# MgnSubst# D1Dps# D2Dps# RcvblAmt# D1ovdRepayRqrdAmt# D2ovdRepayRqrdAmt# MloanAmt#
  ChgAfPldgRat.3 RqrdPldgAmt# PdlckAmt# OrgPldgSumAmt# SubPldgSumAmt# CrdtPldgAmtMny# CrdtPldgSubstAmt#
  Imreq# CrdtPldgRuseAmt# DpslRestrcAmt# PrdaySellAdjstAmt# PrdayBuyAdjstAmt# CrdaySellAdjstAmt#
  CrdayBuyAdjstAmt# CslLoanAmtdt1# RcvblUablOrdAbleAmt#
CSPBQ00200 /stock/accno 1/10
 <CSPBQ00200InBlock1 BnsTpCode IsuNo OrdPrc.2
 >CSPBQ00200OutBlock1 RecCnt# BnsTpCode AcntNo InptPwd IsuNo OrdPrc.2 RegCommdaCode
 >CSPBQ00200OutBlock2 RecCnt# AcntNm IsuNm Dps# SubstAmt# CrdtPldgRuseAmt# MnyOrdAbleAmt# SubstOrdAbleAmt#
  MnyMgn# SubstMgn# SeOrdAbleAmt# KdqOrdAbleAmt# PrsmptDpsD1# PrsmptDpsD2# MnyoutAbleAmt# RcvblAmt#
  CmsnRat.5 AddLevyAmt# RuseObjAmt# MnyRuseObjAmt# FirmMgnRat.4 SubstRuseObjAmt# IsuMgnRat.4 AcntMgnRat.4
  TrdMgnrt.4 Cmsn# MgnRat20pctOrdAbleAmt# MgnRat20OrdAbleQty# MgnRat30pctOrdAbleAmt# MgnRat30OrdAbleQty#
  MgnRat40pctOrdAbleAmt# MgnRat40OrdAbleQty# MgnRat100pctOrdAbleAmt# MgnRat100OrdAbleQty#
  MgnRat100MnyOrdAbleAmt# MgnRat100MnyOrdAbleQty# MgnRat20pctRuseAbleAmt# MgnRat30pctRuseAbleAmt#
  MgnRat40pctRuseAbleAmt# MgnRat100pctRuseAbleAmt# OrdAbleQty# OrdAbleAmt#
CSPAQ13700 /stock/accno 1/10
 <CSPAQ13700InBlock1 OrdMktCode BnsTpCode IsuNo ExecYn OrdDt SrtOrdNo2# BkseqTpCode OrdPtnCode
 >CSPAQ13700OutBlock1 RecCnt# AcntNo InptPwd OrdMktCode BnsTpCode IsuNo ExecYn OrdDt SrtOrdNo2#
  BkseqTpCode OrdPtnCode
 >CSPAQ13700OutBlock2 RecCnt# SellExecAmt# BuyExecAmt# SellExecQty# BuyExecQty# SellOrdQty# BuyOrdQty#
 >CSPAQ13700OutBlock3[] OrdDt MgmtBrnNo OrdMktCode OrdNo# OrgOrdNo# IsuNo IsuNm BnsTpCode BnsTpNm
  OrdPtnCode OrdPtnNm OrdTrxPtnCode# OrdTrxPtnNm MrcTpCode MrcTpNm MrcQty# MrcAbleQty# OrdQty# OrdPrc.2
  ExecQty# ExecPrc.2 ExecTrxTime LastExecTime OrdprcPtnCode OrdprcPtnNm OrdCndiTpCode AllExecQty#
  RegCommdaCode CommdaNm MbrNo RsvOrdYn LoanDt OrdTime OpDrtnNo OdrrId
FOCCQ33600 /stock/accno 1/10
 <FOCCQ33600InBlock1 QrySrtDt QryEndDt TermTp
 >FOCCQ33600OutBlock1 RecCnt# AcntNo Pwd QrySrtDt QryEndDt TermTp
 >FOCCQ33600OutBlock2 RecCnt# AcntNm BnsctrAmt# MnyinAmt# MnyoutAmt# InvstAvrbalPramt# InvstPlAmt#
  InvstErnrat.2
 >FOCCQ33600OutBlock3[] BaseDt FdEvalAmt# EotEvalAmt# InvstAvrbalPramt# BnsctrAmt# MnyinSecinAmt#
  MnyoutSecoutAmt# EvalPnlAmt# TermErnrat.3 Idx.2
t1866 /stock/item-search 1/1
 <t1866InBlock user_id gb group_name cont cont_key
 >t1866OutBlock result_count# cont cont_key
 >t1866OutBlock1[] query_index group_name query_name
t1859 /stock/item-search 1/1
 <t1859InBlock query_index
 >t1859OutBlock result_count# result_time text
 >t1859OutBlock1[] shcode hname price# sign change# diff.2 volume#
t1860 /stock/item-search -/-
 <t1860InBlock sSysUserFlag sFlag sAlertNum query_index
 >t1860OutBlock sSysUserFlag sFlag sResultFlag sTime sAlertNum Msg
t3102 /stock/investinfo 1/3
 <t3102InBlock sNewsno
 >t3102OutBlock[] sJongcode
 >t3102OutBlock1[] sBody
 >t3102OutBlock2 sTitle
t0167 /etc/time-search 10/50
 <t0167InBlock id
 >t0167OutBlock dt time
"""
